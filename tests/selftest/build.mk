# SPDX-License-Identifier: GPL-2.0-only
# The module's tests of itself, loaded in a guest.

TEST_PROGRAMS += $(O)/tests/selftest/init

# Static: it is the guest's only program.
$(O)/tests/selftest/init: tests/selftest/init.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(CFLAGS) $(WARN) -D_GNU_SOURCE -static -o $@ $<
