# SPDX-License-Identifier: GPL-2.0-only
# The module in machines with other kernels than this one's.

# How long hammer, fuzz and stress work there, each.
DEBUG_SECONDS ?= 60
LONG_SECONDS ?= 600

long_work = HAMMER_SECONDS=$(1) FUZZ_SECONDS=$(1) STRESS_SECONDS=$(1) \
	VTYMUX_ITEST_LIMIT=3600

# The module's own tests there; "make check" runs them too.
KERNEL_RUNS = 1800:vm-6.12="UP_ARGS='--kernel 6.12' tests/vm/run-itests kmod-"
ALL_KERNEL_RUNS = 3600:vm-6.12="UP_ARGS='--kernel 6.12' tests/vm/run-itests"
UML_RUNS = 1800:uml="tests/kernels/uml"
DEBUG_RUNS = 5400:debug="UP_ARGS='--kernel debug' \
	$(call long_work,$(DEBUG_SECONDS)) tests/vm/run-itests kmod-"
KCSAN_RUNS = 5400:kcsan="UP_ARGS='--kernel kcsan' \
	$(call long_work,$(DEBUG_SECONDS)) tests/vm/run-itests kmod-"
LONG_RUNS += $(ALL_KERNEL_RUNS)
LONG_RUNS += 9000:debug-long="UP_ARGS='--kernel debug' VTYMUX_TTY_LINES=220 \
	CONTEND_SECONDS=60 REPLUG_CYCLES=1000 \
	$(call long_work,$(LONG_SECONDS)) \
	tests/vm/run-itests kmod-contend kmod-fuzz kmod-hammer kmod-replug \
	kmod-stress"

## check-kernels   all tests in a machine with Linux 6.12
check-kernels:
	tests/deps check
	tests/run $(O)/log $(ALL_KERNEL_RUNS)

## check-uml       test the module in User Mode Linux with KASAN and lockdep
check-uml:
	tests/deps check kernels
	tests/kernels/build um
	tests/run $(O)/log $(UML_RUNS)

## check-debug     that, and on a kernel with KASAN, lockdep, kmemleak in QEMU
##                 (DEBUG_SECONDS=60: how long hammer, fuzz and stress work)
check-debug:
	tests/deps check kernels
	tests/kernels/build um
	tests/kernels/build kasan
	tests/run $(O)/log $(UML_RUNS) $(DEBUG_RUNS)

## check-kcsan     look for data races of the module (DEBUG_SECONDS as above)
check-kcsan:
	tests/deps check kernels
	tests/kernels/build kcsan
	tests/run $(O)/log $(KCSAN_RUNS)

.PHONY: check-kernels check-uml check-debug check-kcsan
