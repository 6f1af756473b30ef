# SPDX-License-Identifier: GPL-2.0-only
# libFuzzer targets, one a parser of foreign bytes; needs clang.

# FUZZ_<target>: its sources; FUZZ_LIBS_<target>: what to link.
FUZZ_radius := $(addprefix agent/aaa/,radius.c radius-reply.c md5.c text.c)
FUZZ_LIBS_radius := -lnettle
FUZZ_tacplus := $(addprefix agent/aaa/,tacplus.c tacplus-reply.c md5.c text.c)
FUZZ_LIBS_tacplus := -lnettle
FUZZ_target := agent/lib/target.c
FUZZ_LIB := $(addprefix agent/lib/,algolist.c binding.c cmd.c cmd-help.c \
	file.c line.c listen.c params.c path.c policy.c pubkey.c secret.c target.c) \
	$(wildcard agent/lib/conf*.c)
FUZZ_conf := $(FUZZ_LIB)
# Its own lines and secrets come first.
FUZZ_LIBS_conf := -Wl,--allow-multiple-definition -lcrypt
FUZZ_cmd := $(FUZZ_LIB) $(wildcard agent/cli/*.c) \
	$(addprefix agent/lib/,ctl.c keycmd.c keygen.c log.c)
FUZZ_CFLAGS_cmd := -Dmain=vtymux_main -Wno-missing-prototypes
FUZZ_LIBS_cmd := -ledit -lcrypt
FUZZ_messages := $(addprefix agent/monitor/,session.c auth.c userkey.c) \
	agent/lib/target.c
FUZZ_SECONDS ?= 60
FUZZERS := $(patsubst tests/%.c,$(O)/tests/%,$(wildcard tests/fuzz/fuzz_*.c))

TEST_PROGRAMS += $(FUZZERS)

define fuzz_rule
$(O)/tests/fuzz/fuzz_$(1): tests/fuzz/fuzz_$(1).c $(FUZZ_$(1))
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)clang -g -O1 -fsanitize=fuzzer,address,undefined \
		$(WARN) $(DEFINES) $(INCLUDES) $$(FUZZ_CFLAGS_$(1)) \
		-o $$@ $$^ $$(FUZZ_LIBS_$(1))
endef

$(foreach f,$(FUZZERS:$(O)/tests/fuzz/fuzz_%=%),$(eval $(call fuzz_rule,$(f))))

## fuzz            run every fuzzer for FUZZ_SECONDS, from its seeds
fuzz: $(FUZZERS)
	$(Q)for f in $(FUZZERS); do \
		mkdir -p $$f.corpus && $$f -max_total_time=$(FUZZ_SECONDS) \
			-print_final_stats=1 -artifact_prefix=$$f. $$f.corpus \
			tests/fuzz/seeds/$${f##*/fuzz_} || exit 1; \
	done

# So many from the seeds, for a check that ends.
FUZZ_RUNS ?= 200000

fuzz-runs: $(FUZZERS)
	$(Q)for f in $(FUZZERS); do \
		name=$${f##*/fuzz_}; \
		rm -rf $$f.new && mkdir $$f.new; \
		if $$f -runs=$(FUZZ_RUNS) -verbosity=0 -artifact_prefix=$$f. \
			$$f.new tests/fuzz/seeds/$$name >$$f.log 2>&1; then \
			echo "ok - fuzz: $$name, $(FUZZ_RUNS) executions"; \
		else \
			tail -n 40 $$f.log; echo "not ok - fuzz: $$name"; exit 1; \
		fi; \
	done

LONG_RUNS += 7200:fuzz="$(MAKE) --no-print-directory fuzz-runs \
	FUZZ_RUNS=10000000"

.PHONY: fuzz fuzz-runs
