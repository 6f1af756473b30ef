# SPDX-License-Identifier: GPL-2.0-only
# The command line without the module: a test build of vtymux; vtymuxd's is
# that of tests/native.

CLI_TESTS := $(O)/test/vtymux $(O)/test/vtymuxd $(O)/test/vtymux-enable $(AAA_TESTS)
TEST_PROGRAMS += $(O)/test/vtymux

$(O)/test/agent/cli/edit.o: agent_libs = libedit
$(O)/test/agent/cli/%.o: NATIVE_CFLAGS = $(agent_cflags) \
	$(if $(agent_libs),$$(pkg-config --cflags $(agent_libs))) -DVTYMUX_TEST

$(O)/test/agent/cli/%.o: agent/cli/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(NATIVE_CFLAGS) -c -o $@ $<

# An archive, so that only what it needs is linked.
$(O)/test/libagent.a: $(patsubst %.c,$(O)/test/%.o,$(wildcard agent/lib/*.c))
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $^

$(O)/test/vtymux: $(patsubst %.c,$(O)/test/%.o,$(wildcard agent/cli/*.c)) \
		$(O)/test/libagent.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS) \
		-lcrypt $$(pkg-config --libs libedit)

## check-cli       the command line and the configuration without the module
check-cli: $(CLI_TESTS)
	$(Q)tests/cli/run $(O)

LONG_RUNS += 1800:cli="env VTYMUX_TEST_LIMIT=1800 VTYMUX_LONG=1 tests/cli/run $(O)"

.PHONY: check-cli
