# SPDX-License-Identifier: GPL-2.0-only
# Dropbear's own fuzzers that reach agent/session, from our series, with that in
# place of its server's channels and authentication: world.c.
FUZZ_DROPBEAR_preauth := fuzzer-preauth_nomaths
FUZZ_DROPBEAR_postauth := fuzzer-postauth_nomaths
FUZZ_DROPBEAR_kex := fuzzer-preauth
DROPBEAR_FUZZERS := $(addprefix $(O)/tests/fuzz/fuzz_,preauth postauth kex)

FDB := $(O)/tests/fuzz/dropbear-$(DROPBEAR_VERSION)
FDB_CC := $(FUZZ_CC) -fsanitize=fuzzer-no-link,address
FDB_UNITS := $(DROPBEAR_KEY_UNITS) dss $(DROPBEAR_ENGINE_UNITS)
FDB_FUZZ := $(addprefix fuzz/,$(addsuffix .o,fuzz-common fuzz-wrapfd \
	fuzz-sshpacketmutator $(foreach f,preauth postauth kex,$(FUZZ_DROPBEAR_$(f)))))

$(FDB)/.built: $(DB)/.built tests/fuzz/dropbear/build.mk
	@mkdir -p $(@D)
	$(call say,MAKE,$(FDB))set -e; cd $(FDB); \
	cp $(abspath $(DB))/hooks.h $(abspath $(DB))/localoptions.h .; \
	{ CC='$(FDB_CC)' CXX=clang++ CFLAGS='-Wno-pointer-sign' \
		$(abspath $(DB))/source/configure -q $(DROPBEAR_CONFIGURE) \
		--enable-fuzz --disable-harden && \
	$(MAKE) --no-print-directory PROGRAMS=dropbear \
		$(call dropbear_objects,$(FDB_UNITS),obj/) && \
	CPPFLAGS=-DDROPBEAR_CLIENT $(MAKE) --no-print-directory \
		PROGRAMS=dropbear $(FDB_FUZZ); \
	} >build.log 2>&1 || { tail -n 30 build.log >&2; exit 1; }
	$(Q)touch $@

# world.c has what these do.
FDB_SESSION := $(patsubst %,$(FDB)/session/%.o,$(filter-out main filter sandbox \
	wake,$(SESSION_UNITS)))
FDB_WORLD := $(FDB)/world.o $(FDB)/monitor.o
FDB_ACCEL := $(FDB)/sodium.o $(FDB)/nettle.o
FDB_LIB := $(addprefix agent/lib/,algolist.c idle.c signame.c target.c)
FDB_OURS = $(FDB_CC),undefined $(WARN) $(DEFINES) $(INCLUDES) -isystem $(FDB) \
	-isystem $(DB)/source/src -Iagent/dropbear -DLOCALOPTIONS_H_EXISTS \
	-DDROPBEAR_SERVER -MMD -MP

$(FDB_SESSION): $(FDB)/session/%.o: agent/session/%.c $(FDB)/.built
	@mkdir -p $(@D)
	$(call say,CC,$@)$(FDB_OURS) -include tests/fuzz/dropbear/system.h \
		-c -o $@ $<

FDB_COMPILE = $(call say,CC,$@)$(FDB_OURS) -DDROPBEAR_CLIENT -c -o $@ $<

$(FDB_ACCEL): $(FDB)/%.o: agent/dropbear/%.c $(FDB)/.built
	$(FDB_COMPILE)

$(FDB_WORLD): $(FDB)/%.o: tests/fuzz/dropbear/%.c $(FDB)/.built
	$(FDB_COMPILE)

comma := ,
FDB_WRAP := $(patsubst %,-Wl$(comma)--wrap=%,svr_session writev \
	$(addprefix wrapfd_,close read select write))

$(DROPBEAR_FUZZERS): $(O)/tests/fuzz/fuzz_%: $(FDB_SESSION) $(FDB_WORLD) \
		$(FDB_ACCEL) $(FDB_LIB)
	$(call say,LD,$@)$(FUZZ_CC) -fsanitize=fuzzer,address,undefined \
		$(INCLUDES) -o $@ $^ \
		$(call dropbear_objects,$(FDB_UNITS),$(FDB)/obj/) \
		$(addprefix $(FDB)/fuzz/,fuzz-common.o fuzz-wrapfd.o \
			fuzz-sshpacketmutator.o $(FUZZ_DROPBEAR_$*).o) \
		$(FDB_WRAP) $(DROPBEAR_LIBS) -lnettle

-include $(wildcard $(FDB)/*.d $(FDB)/session/*.d)
