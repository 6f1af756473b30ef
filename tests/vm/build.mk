# SPDX-License-Identifier: GPL-2.0-only
# The virtual switch of the tests and of the demonstration.

VM_CFLAGS = $(CFLAGS) $(WARN) -D_GNU_SOURCE
VM_PROGRAMS := $(O)/tests/vm/execd $(O)/tests/vm/consoled
TEST_PROGRAMS += $(VM_PROGRAMS)

# Static: it must run in whatever the guest's root file system is.
$(O)/tests/vm/execd: tests/vm/guest/execd.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(VM_CFLAGS) -static -o $@ $<

$(O)/tests/vm/consoled: tests/vm/consoled.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(VM_CFLAGS) -o $@ $<

# Clients on all lines of the switch.
LONG_RUNS += 5400:vm-rotary="VTYMUX_ROTARY_LINES=200 VTYMUX_ITEST_LIMIT=5000 \
	tests/vm/run-itests 80-reverse"

## demo            boot a virtual switch with talking devices, until Ctrl-C
## demo-up         the same in the background
## demo-down       end it
demo demo-up demo-down:
	@tests/vm/demo $(@:demo-%=%)

.PHONY: demo demo-up demo-down
