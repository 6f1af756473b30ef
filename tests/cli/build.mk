# SPDX-License-Identifier: GPL-2.0-only
# The command line and the daemon's configuration without the module: test
# builds of vtymux and vtymuxd, lines that are directories.

CLI_TESTS := $(O)/test/vtymux $(O)/test/vtymuxd
TEST_PROGRAMS += $(CLI_TESTS)

test_objects = $(patsubst %.c,$(O)/test/%.o,$(wildcard agent/$(1)/*.c))

$(O)/test/agent/lib/nl.o: agent_libs = libnl-genl-3.0
$(O)/test/agent/lib/udev.o: agent_libs = libudev
$(O)/test/agent/daemon/%.o: agent_libs = libsystemd
$(O)/test/agent/cli/edit.o: agent_libs = libedit

$(O)/test/agent/daemon/%.o $(O)/test/agent/cli/%.o: \
	NATIVE_CFLAGS = $(agent_cflags) $(agent_extra) -DVTYMUX_TEST

$(O)/test/agent/daemon/%.o: agent/daemon/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(NATIVE_CFLAGS) \
		$$(pkg-config --cflags $(agent_libs)) -c -o $@ $<

$(O)/test/agent/cli/%.o: agent/cli/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(NATIVE_CFLAGS) \
		$(if $(agent_libs),$$(pkg-config --cflags $(agent_libs))) \
		-c -o $@ $<

$(O)/test/libagent.a: $(call test_objects,lib) $(O)/test/agent/aaa/service.o
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $^

$(O)/test/vtymuxd: $(call test_objects,daemon) $(O)/test/libagent.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS) \
		-lcrypt $$(pkg-config --libs libsystemd libudev libnl-genl-3.0)

$(O)/test/vtymux: $(call test_objects,cli) $(O)/test/libagent.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS) \
		-lcrypt $$(pkg-config --libs libedit)

## check-cli       the command line and the configuration without the module
check-cli: $(CLI_TESTS)
	$(Q)tests/cli/run $(O)

.PHONY: check-cli
