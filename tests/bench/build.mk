# SPDX-License-Identifier: GPL-2.0-only
# Figures, as ratios against a named peer in the same run.

BENCH_PROGRAMS := $(O)/bench/ttycost $(O)/bench/vtymux-monitor \
	$(O)/test/vtymuxd $(O)/test/vtymux \
	$(AAA_TESTS)

# Static: it is the guest's only program.
$(O)/bench/ttycost: $(addprefix tests/bench/,ttycost.c guest.c guest.h paths.c \
	paths.h claims.c claims.h)
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(CFLAGS) $(WARN) -D_GNU_SOURCE -Ikmod/uapi \
		-static -o $@ $(filter %.c,$^)

## bench           what a line costs, against the raw tty and OpenSSH
bench:
	tests/deps bench
	+$(MAKE) --no-print-directory all $(BENCH_PROGRAMS) $(NATIVE_TESTS)
	tests/bench/run $(O)

.PHONY: bench
