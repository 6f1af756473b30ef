# SPDX-License-Identifier: GPL-2.0-only
# The module in machines with other kernels than this one's.

DEBUG_SECONDS ?= 120

# The module's own tests there; "make check" runs them too.
KERNEL_RUNS = 900:vm-6.12="UP_ARGS='--kernel 6.12' tests/vm/run-itests kmod-"
ALL_KERNEL_RUNS = 1800:vm-6.12="UP_ARGS='--kernel 6.12' tests/vm/run-itests"
DEBUG_RUNS = 5400:debug="UP_ARGS='--kernel debug' HAMMER_SECONDS=$(DEBUG_SECONDS) \
	VTYMUX_ITEST_LIMIT=1800 tests/vm/run-itests kmod-"

## check-kernels   all tests in a machine with Linux 6.12
check-kernels:
	tests/deps check
	tests/run $(O)/log $(ALL_KERNEL_RUNS)

## check-debug     test the module on a kernel with KASAN, lockdep, kmemleak
##                 (DEBUG_SECONDS=120: how long the hammer works)
check-debug:
	tests/deps check kernels
	tests/kernels/build kasan
	tests/run $(O)/log $(DEBUG_RUNS)

.PHONY: check-kernels check-debug
