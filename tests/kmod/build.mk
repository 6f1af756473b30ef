# SPDX-License-Identifier: GPL-2.0-only
# Programs that test the module from inside a machine that has it loaded; they
# are built here and run there (README.md says how).

KMOD_TESTS := $(addprefix $(O)/tests/kmod/,sysfs_attrs abi uevent claim \
	revoke rotary netlink bind exec getty termios stuck leftover tap taps \
	modem pts pci hammer virtual jobs transfer resize vhammer wires \
	unplug bulk replug contend races trace stall faults fuzz)
TEST_PROGRAMS += $(KMOD_TESTS)

$(O)/tests/kmod/%.o: tests/kmod/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(CFLAGS) $(HARDEN) $(WARN) -D_GNU_SOURCE \
		-Ikmod/uapi -I$(@D) $$(pkg-config --cflags libnl-genl-3.0) \
		-MMD -MP -c -o $@ $<

# What is documented of sysfs, as C strings.
$(O)/tests/kmod/abi-list.h: kmod/abi/sysfs-class-tty-vty
	@mkdir -p $(@D)
	$(call say,GEN,$@)sed -n 's/^What:[[:blank:]]*\(.*\)/"\1",/p' $< >$@

$(O)/tests/kmod/abi.o: $(O)/tests/kmod/abi-list.h

$(O)/tests/kmod/kt.a: $(addprefix $(O)/tests/kmod/,kt.o ktline.o ktnl.o \
	ktnm.o ktstream.o ktvirt.o)
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $^

$(O)/tests/kmod/fuzz: $(addprefix $(O)/tests/kmod/,fuzzattr.o fuzzfile.o \
	fuzznl.o)

$(KMOD_TESTS): %: %.o $(O)/tests/kmod/kt.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS) \
		$$(pkg-config --libs libnl-genl-3.0)

## kmod-tests      build the programs that test the module in a machine
kmod-tests: $(KMOD_TESTS)

.PHONY: kmod-tests
.SECONDARY: $(KMOD_TESTS:=.o)

LONG_RUNS += 7200:long-kmod="VTYMUX_TTY_LINES=220 TRANSFER_MB=100 REPLUG_CYCLES=1000 \
	CONTEND_SECONDS=120 RACES_SECONDS=60 HAMMER_SECONDS=120 \
	USB_CYCLES=25 VTYMUX_ITEST_LIMIT=3600 tests/vm/run-itests kmod-bulk \
	kmod-transfer kmod-replug kmod-contend kmod-races kmod-hammer \
	kmod-vhammer 35-replug"

-include $(wildcard $(O)/tests/kmod/*.d)
