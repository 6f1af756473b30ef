# SPDX-License-Identifier: GPL-2.0-only
# What "make check" and its relatives run. Each directory's build.mk says how
# its programs are built and adds them to TEST_PROGRAMS; here they are run.

-include $(wildcard tests/*/build.mk)

UNIT_RUNS = $(foreach t,$(UNIT_TESTS),unit-$(notdir $(t))=$(t))

# The same session tests once more, on the other Dropbear in SOURCE.
OTHER_DROPBEAR = $(lastword $(DROPBEAR_VERSIONS))

# Two lanes, equally long: the switch with all that runs in it, and the rest.
CHECK_RUNS = lint="tests/lint/run" \
	$(UNIT_RUNS) \
	install="tests/install/run" \
	1200:kernels="tests/kernels/compile $(O)" \
	900:session="tests/session/run $(O)" \
	900:session-$(OTHER_DROPBEAR)="$(MAKE) --no-print-directory check-session \
		O=$(O)/$(OTHER_DROPBEAR) DROPBEAR_VERSION=$(OTHER_DROPBEAR)" \
	2700:native="tests/native/run $(O)" \
	900:aaa="tests/aaa/run $(O)" \
	conf="tests/conf/run $(O)" \
	900:cli="tests/cli/run $(O)" \
	1800:fuzz="$(MAKE) --no-print-directory fuzz-runs" \
	selftest="tests/selftest/run $(O)" \
	$(KERNEL_RUNS) \
	-- 3600:vm="tests/vm/run-itests"

# On all processors, unless "make -j" said how many.
BUILD_TESTS = $(MAKE) --no-print-directory --output-sync=target \
	$(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc)) check-build

## check           all tests that a change must pass (installs what it needs)
check:
	tests/deps check
	+$(BUILD_TESTS)
	$(MAKE) --no-print-directory check-run

check-build: all $(TEST_PROGRAMS)

check-run:
	tests/run $(O)/log $(CHECK_RUNS)

# What takes too long for each change; build.mk of a directory adds to it.
# LONG_RUNS += [SECONDS:]NAME="COMMAND"

## check-long      the long forms of tests that "make check" has short
##                 (LONG_RUNS names them; an hour or two)
check-long:
	tests/deps check kernels
	+$(BUILD_TESTS)
	tests/run $(O)/log $(LONG_RUNS)

.PHONY: check check-build check-run check-long
