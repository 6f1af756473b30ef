# SPDX-License-Identifier: GPL-2.0-only
# libFuzzer targets, one a parser of foreign bytes; needs clang.

# FUZZ_<target>: its sources; FUZZ_LIBS_<target>: what to link.
FUZZ_radius := $(addprefix agent/aaa/,radius.c radius-reply.c md5.c text.c)
FUZZ_LIBS_radius := -lnettle
FUZZ_tacplus := $(addprefix agent/aaa/,tacplus.c tacplus-reply.c md5.c text.c)
FUZZ_LIBS_tacplus := -lnettle
FUZZ_target := agent/lib/target.c
FUZZ_LIB := $(addprefix agent/lib/,algolist.c binding.c cmd.c cmd-help.c \
	file.c line.c lists.c listen.c params.c path.c policy.c pubkey.c secret.c target.c texts.c \
	access.c acl.c acl-set.c) \
	$(wildcard agent/lib/conf*.c)
FUZZ_conf := $(FUZZ_LIB)
# Comparisons with each row are not traced: that costs more than what is tested,
# and FUZZ_WORDS tells the words that it would find.
FUZZ_CFLAGS_conf := -fno-sanitize-coverage=trace-cmp
# Its own lines and secrets come first.
FUZZ_LIBS_conf := -Wl,--allow-multiple-definition -lcrypt
FUZZ_cmd := $(FUZZ_LIB) $(wildcard agent/cli/*.c) \
	$(addprefix agent/lib/,ctl.c keycmd.c keygen.c log.c proto.c redact.c)
FUZZ_CFLAGS_cmd := $(FUZZ_CFLAGS_conf) -Dmain=vtymux_main \
	-Wno-missing-prototypes
FUZZ_LIBS_cmd := -ledit -lcrypt
FUZZ_messages := $(addprefix agent/monitor/,session.c auth.c userkey.c open.c \
	exec.c limits.c notice.c tokens.c) \
	$(addprefix agent/lib/,target.c path.c link.c signame.c) \
	tests/fuzz/messages_open.c tests/fuzz/messages_program.c
FUZZ_CFLAGS_messages := -Dioctl=fuzz_ioctl
FUZZ_SECONDS ?= 60
FUZZERS := $(patsubst tests/%.c,$(O)/tests/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_CC := clang -g -O2 -fno-sanitize-recover=undefined

define fuzz_rule
$(O)/tests/fuzz/fuzz_$(1): tests/fuzz/fuzz_$(1).c $(FUZZ_$(1))
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)$(FUZZ_CC) -fsanitize=fuzzer,address,undefined \
		$(WARN) $(DEFINES) $(INCLUDES) $$(FUZZ_CFLAGS_$(1)) \
		-o $$@ $$^ $$(FUZZ_LIBS_$(1))
endef

$(foreach f,$(FUZZERS:$(O)/tests/fuzz/fuzz_%=%),$(eval $(call fuzz_rule,$(f))))

include tests/fuzz/dropbear/build.mk
FUZZERS += $(DROPBEAR_FUZZERS)

TEST_PROGRAMS += $(FUZZERS)

# Each word of the grammar, for libFuzzer's mutations.
FUZZ_WORDS := $(O)/tests/fuzz/words
$(FUZZ_WORDS): $(wildcard agent/lib/*.c agent/cli/*.c)
	@mkdir -p $(@D)
	$(Q)grep -oh '"[^"]*"' $^ | tr -cs 'a-z0-9-' '\n' | \
		grep -x '[a-z][a-z0-9-]*' | sort -u | sed 's/.*/"&"/' >$@
$(addprefix fuzz-run-,conf wide cmd) $(addprefix fuzz-time-,conf cmd): $(FUZZ_WORDS)

# Texts are long, so of a configuration some are tried at full length.
FUZZ_OPTIONS_conf := -dict=$(FUZZ_WORDS) -max_len=512
FUZZ_OPTIONS_wide := -dict=$(FUZZ_WORDS) -max_len=20000 -len_control=0
FUZZ_OPTIONS_cmd := -dict=$(FUZZ_WORDS)

# So many from the seeds, or so many seconds, for a check that ends.
FUZZ_RUNS ?= 100000
FUZZ_DROPBEAR_SECONDS ?= 60
FUZZ_LIMIT := -runs=$(FUZZ_RUNS)
FUZZ_LIMIT_wide := -runs=$(shell expr $(FUZZ_RUNS) / 100)
$(foreach f,$(DROPBEAR_FUZZERS:$(O)/tests/fuzz/fuzz_%=%),$(eval \
	FUZZ_LIMIT_$(f) := -max_total_time=$(FUZZ_DROPBEAR_SECONDS)))

# conf is the longest: first, where two run beside each other.
FUZZ_NAMES := $(FUZZERS:$(O)/tests/fuzz/fuzz_%=%)
fuzz-runs: $(addprefix fuzz-run-,conf wide $(filter-out conf,$(FUZZ_NAMES)))

fuzz-run-wide: $(O)/tests/fuzz/fuzz_conf
	$(Q)tests/fuzz/run wide $< tests/fuzz/seeds/conf $(FUZZ_LIMIT_wide) \
		$(FUZZ_OPTIONS_wide)

fuzz-run-%: $(O)/tests/fuzz/fuzz_%
	$(Q)tests/fuzz/run $* $< tests/fuzz/seeds/$* \
		$(or $(FUZZ_LIMIT_$*),$(FUZZ_LIMIT)) $(FUZZ_OPTIONS_$*)

## fuzz            run every fuzzer for FUZZ_SECONDS, from its seeds
fuzz: $(FUZZ_NAMES:%=fuzz-time-%)

fuzz-time-%: $(O)/tests/fuzz/fuzz_%
	$(Q)mkdir -p $<.corpus && $< -max_total_time=$(FUZZ_SECONDS) \
		-print_final_stats=1 -artifact_prefix=$<. $(FUZZ_OPTIONS_$*) \
		$<.corpus tests/fuzz/seeds/$*

LONG_RUNS += 21600:fuzz="$(MAKE) --no-print-directory -j2 fuzz-runs \
	FUZZ_RUNS=10000000"

.PHONY: fuzz fuzz-runs
