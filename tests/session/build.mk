# SPDX-License-Identifier: GPL-2.0-only
# vtymux-sshd alone, against a monitor that needs neither PAM nor the module.

SESSION_TESTS := $(O)/vtymux-sshd $(O)/test/vtymux-sshd $(O)/test/fake_monitor \
	$(O)/test/breaks.so $(O)/test/check_hostkey $(O)/dropbearkey
TEST_PROGRAMS += $(SESSION_TESTS)

$(O)/test/fake_monitor: tests/session/fake_monitor.c \
		$(O)/agent/monitor/hostkey.o $(O)/agent/monitor/keycode.o \
		$(O)/agent/lib/proto.o \
		$(DROPBEAR_KEYLIB)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(agent_cflags) $(HARDEN_LD) -o $@ $^ \
		$(DROPBEAR_LIBS)

$(O)/test/breaks.so: tests/session/breaks.c
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(agent_cflags) -fPIC -shared -o $@ $<

# Dropbear's part of it is as installed, without the sanitizers.
$(O)/test/check_hostkey: tests/session/check_hostkey.c tests/unit/main.h \
		agent/monitor/hostkey.c agent/monitor/keycode.c \
		$(DROPBEAR_KEYLIB) | $(O)/dropbearkey
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(UNIT_CFLAGS) $(DROPBEAR_CFLAGS) \
		-DDROPBEARKEY='"$(abspath $(O))/dropbearkey"' -o $@ \
		$(filter %.c %.a,$^) $$(pkg-config --cflags --libs check) \
		$(DROPBEAR_LIBS)

## check-session   the session process against a test monitor
check-session: $(SESSION_TESTS)
	$(Q)tests/session/run $(O)

.PHONY: check-session
