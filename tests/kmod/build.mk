# SPDX-License-Identifier: GPL-2.0-only
# Programs that test the module from inside a machine that has it loaded; they
# are built here and run there (README.md says how).

KMOD_TESTS := $(addprefix $(O)/tests/kmod/,sysfs_attrs claim revoke rotary \
	netlink bind exec getty termios stuck tap modem pts hammer virtual \
	jobs transfer resize vhammer)
TEST_PROGRAMS += $(KMOD_TESTS)

$(O)/tests/kmod/%.o: tests/kmod/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(CFLAGS) $(HARDEN) $(WARN) -D_GNU_SOURCE \
		-Ikmod/uapi $$(pkg-config --cflags libnl-genl-3.0) \
		-MMD -MP -c -o $@ $<

$(O)/tests/kmod/kt.a: $(addprefix $(O)/tests/kmod/,kt.o ktline.o ktnl.o \
	ktvirt.o)
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $^

$(KMOD_TESTS): %: %.o $(O)/tests/kmod/kt.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS) \
		$$(pkg-config --libs libnl-genl-3.0)

## kmod-tests      build the programs that test the module in a machine
kmod-tests: $(KMOD_TESTS)

.PHONY: kmod-tests
.SECONDARY: $(KMOD_TESTS:=.o)

-include $(wildcard $(O)/tests/kmod/*.d)
