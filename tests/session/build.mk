# SPDX-License-Identifier: GPL-2.0-only
# vtymux-sshd alone, against a monitor that needs neither PAM nor the module.

SESSION_TESTS := $(O)/vtymux-sshd $(O)/test/vtymux-sshd $(O)/test/fake_monitor \
	$(O)/test/breaks.so $(O)/dropbearkey
TEST_PROGRAMS += $(SESSION_TESTS)

$(O)/test/fake_monitor: tests/session/fake_monitor.c \
		$(O)/agent/monitor/hostkey.o $(O)/agent/lib/proto.o \
		$(DROPBEAR_KEYLIB)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(agent_cflags) $(HARDEN_LD) -o $@ $^ \
		$(DROPBEAR_LIBS)

$(O)/test/breaks.so: tests/session/breaks.c
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(agent_cflags) -fPIC -shared -o $@ $<

## check-session   the session process against a test monitor
check-session: $(SESSION_TESTS)
	$(Q)tests/session/run $(O)

.PHONY: check-session
