# SPDX-License-Identifier: GPL-2.0-only
# AAA without an SSH session: PAM modules, lists and vtymux-exchange against
# servers on loopback. In the test build a second of a server's time-out is
# 40 ms, so that thousands of dead servers are tried in a minute.

AAA_TEST_FLAGS := -DVTYMUX_TEST -DNET_SECOND=40 -DDECOY='"$$1$$decoy"'
AAA_EXCHANGE_SOURCES := $(wildcard agent/exchange/*.c) $(AAA_PACKETS)

AAA_TESTS := $(addprefix $(O)/test/aaa/,pam_vtymux.so pam_vtymux_radius.so \
	pam_vtymux_tacplus.so vtymux-exchange pam_driver pam_outcome.so \
	compile_conf send_record)
TEST_PROGRAMS += $(AAA_TESTS)

$(eval $(call pam_rules,$(O)/test/aaa,$$(AAA_TEST_FLAGS)))

$(O)/test/aaa/vtymux-exchange: $(AAA_EXCHANGE_SOURCES) \
		$(wildcard agent/aaa/*.h agent/exchange/*.h)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(agent_cflags) $(AAA_TEST_FLAGS) $(HARDEN_LD) \
		-o $@ $(filter %.c,$^) -lnettle -lseccomp \
		$$(pkg-config --cflags --libs gnutls)

$(O)/test/aaa/pam_driver: tests/aaa/pam_driver.c
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(agent_cflags) $(HARDEN_LD) -o $@ $< -lpam

$(O)/test/aaa/pam_outcome.so: tests/aaa/pam_outcome.c
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(agent_cflags) -fPIC -shared -o $@ $< -lpam

$(O)/test/aaa/send_record: tests/aaa/send_record.c \
		$(addprefix agent/aaa/,exchange.c servers.c) agent/lib/file.c \
		$(wildcard agent/aaa/*.h)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(agent_cflags) $(AAA_TEST_FLAGS) $(HARDEN_LD) \
		-o $@ $(filter %.c,$^)

$(O)/test/aaa/compile_conf: tests/aaa/compile_conf.c agent/daemon/aaa.c \
		$(addprefix agent/aaa/,compile.c stack.c service.c servers.c) \
		$(filter-out %/nl.c %/udev.c,$(wildcard agent/lib/*.c)) \
		$(wildcard agent/lib/*.h agent/aaa/*.h)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(agent_cflags) $(AAA_TEST_FLAGS) $(HARDEN_LD) \
		-o $@ $(filter %.c,$^) -lcrypt

## check-aaa       lists, PAM modules and servers on loopback
check-aaa: $(AAA_TESTS)
	$(Q)tests/aaa/run $(O)

.PHONY: check-aaa
