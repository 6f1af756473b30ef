# SPDX-License-Identifier: GPL-2.0-only
# Configurations in, the running configuration out.

TEST_PROGRAMS += $(O)/test/roundtrip

$(O)/test/roundtrip: tests/conf/roundtrip.c $(wildcard agent/lib/conf*.c) \
		$(addprefix agent/lib/,access.c acl.c acl-set.c algolist.c binding.c cmd.c line.c \
			file.c lists.c listen.c params.c path.c policy.c pubkey.c secret.c target.c texts.c)
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(UNIT_CFLAGS) -o $@ \
		$(filter %.c,$^) -lcrypt

## check-conf      configurations and what becomes of them
check-conf: $(O)/test/roundtrip
	$(Q)tests/conf/run $(O)

## conf-update     write down what becomes of them now; read the difference
conf-update: $(O)/test/roundtrip
	$(Q)tests/conf/run $(O) update

.PHONY: check-conf conf-update
