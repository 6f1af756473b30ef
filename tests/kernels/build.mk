# SPDX-License-Identifier: GPL-2.0-only
# The module in machines with other kernels than this one's.

DEBUG_SECONDS ?= 120

KERNEL_RUNS = 900:vm-6.12="UP_ARGS='--kernel 6.12' tests/vm/run-itests kmod-"
DEBUG_RUNS = 7200:debug="UP_ARGS='--kernel debug' HAMMER_SECONDS=$(DEBUG_SECONDS) \
	VTYMUX_ITEST_LIMIT=1800 tests/vm/run-itests kmod-"

## check-kernels   test the module on Linux 6.12
check-kernels:
	tests/deps check
	tests/run $(O)/log $(KERNEL_RUNS)

## check-debug     test the module on a kernel with KASAN, lockdep, kmemleak
##                 (DEBUG_SECONDS=120: how long the hammer works)
check-debug:
	tests/deps check kernels
	tests/kernels/build kasan
	tests/run $(O)/log $(DEBUG_RUNS)

.PHONY: check-kernels check-debug
