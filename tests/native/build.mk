# SPDX-License-Identifier: GPL-2.0-only
# The agent without the module: the monitor as a test build, claims by a broker
# over ptys, a PAM module of our own, a session process that attacks.

NATIVE_MONITOR_OBJECTS := $(patsubst %.c,$(O)/test/%.o,\
	$(filter-out agent/monitor/unit.c agent/monitor/bus.c,$(wildcard agent/monitor/*.c)) \
	$(filter-out agent/lib/claim.c,$(addprefix agent/lib/,$(addsuffix .c,\
		access acl acl-set adopt algolist caps ctl file idle job journal library line \
		link lists log params path policy proto pubkey signame target texts \
		utmp))) \
	$(addprefix agent/aaa/,exchange.c pam.c service.c spool.c)) \
	$(addprefix $(O)/test/tests/native/,\
	fake_claim.o fake_passwd.o fake_unit.o)

# The rest of the agent as test builds: paths come from the environment.
NATIVE_LIB_OBJECTS := $(patsubst %.c,$(O)/test/%.o,$(wildcard agent/lib/*.c) \
	$(addprefix agent/aaa/,service.c compile.c stack.c servers.c \
	exchange.c spool.c))
NATIVE_DAEMON_OBJECTS := $(patsubst %.c,$(O)/test/%.o,\
	$(wildcard agent/daemon/*.c))

NATIVE_TESTS := $(O)/test/vtymuxd $(O)/test/vtymux-crypto $(O)/test/vtymux-enable $(O)/test/vtymux-monitor $(O)/test/vtymux-sshd \
	$(O)/test/hostile $(O)/test/pam_test.so $(O)/test/write_services \
	$(addprefix $(O)/test/aaa/,pam_vtymux.so pam_vtymux_radius.so \
	pam_vtymux_tacplus.so vtymux-exchange compile_conf) \
	$(O)/dropbearkey $(O)/vtymux-monitor $(O)/vtymux-start $(O)/test/vtymux
TEST_PROGRAMS += $(NATIVE_TESTS)

$(O)/test/agent/monitor/%.o $(O)/test/agent/lib/%.o $(O)/test/agent/aaa/%.o \
$(O)/test/agent/daemon/%.o $(O)/test/agent/crypto/%.o $(O)/test/agent/enable/%.o \
$(O)/test/tests/native/%.o: NATIVE_CFLAGS = $(agent_cflags) \
	$(if $(agent_libs),$$(pkg-config --cflags $(agent_libs))) $(agent_extra) \
	-Itests/native -DVTYMUX_TEST

$(O)/test/agent/monitor/%.o: agent/monitor/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(NATIVE_CFLAGS) -c -o $@ $<

$(O)/test/agent/lib/%.o: agent/lib/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(NATIVE_CFLAGS) -c -o $@ $<

$(O)/test/agent/lib/nl.o: agent_libs = libnl-genl-3.0
$(O)/test/agent/lib/udev.o: agent_libs = libudev
$(O)/test/agent/daemon/%.o: agent_libs = libsystemd
$(O)/test/agent/monitor/unit.o $(O)/test/agent/monitor/bus.o: agent_libs = libsystemd

$(O)/test/agent/daemon/%.o: agent/daemon/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(NATIVE_CFLAGS) -c -o $@ $<

$(O)/test/agent/crypto/%.o: agent/crypto/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(NATIVE_CFLAGS) -c -o $@ $<

$(O)/test/vtymuxd: $(NATIVE_DAEMON_OBJECTS) $(NATIVE_LIB_OBJECTS)
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS) \
		-lcrypt $$(pkg-config --libs libsystemd libudev libnl-genl-3.0)

$(O)/test/vtymux-crypto: $(O)/test/agent/crypto/main.o $(NATIVE_LIB_OBJECTS)
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS) \
		-lcrypt $$(pkg-config --libs libudev libnl-genl-3.0)

$(O)/test/vtymux-enable: $(O)/test/agent/enable/main.o \
		$(addprefix $(O)/test/agent/aaa/,pam.o service.o) \
		$(addprefix $(O)/test/agent/lib/,library.o log.o path.o)
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS)

$(O)/test/agent/enable/%.o: agent/enable/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(NATIVE_CFLAGS) -c -o $@ $<

$(O)/test/agent/aaa/%.o: agent/aaa/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(NATIVE_CFLAGS) -c -o $@ $<

$(O)/test/tests/native/%.o: tests/native/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(NATIVE_CFLAGS) -c -o $@ $<

$(O)/test/vtymux-monitor: $(NATIVE_MONITOR_OBJECTS) $(DROPBEAR_KEYLIB)
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS) \
		$(DROPBEAR_LIBS)

# For tests/bench: as installed, units of the service manager and all, but for
# paths and claims.
$(O)/bench/vtymux-monitor: $(filter-out %/fake_unit.o %/fake_passwd.o,\
		$(NATIVE_MONITOR_OBJECTS)) \
		$(O)/test/agent/monitor/unit.o $(O)/test/agent/monitor/bus.o \
		$(DROPBEAR_KEYLIB)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS) \
		$(DROPBEAR_LIBS)

$(O)/test/hostile: $(O)/test/tests/native/hostile.o $(O)/test/agent/lib/proto.o
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS)

$(O)/test/write_services: $(O)/test/tests/native/write_services.o \
		$(addprefix $(O)/test/agent/aaa/,service.o compile.o stack.o \
		servers.o) $(addprefix $(O)/test/agent/lib/,file.o path.o)
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS)

# Exports what libpam looks for, which no header of ours declares.
$(O)/test/pam_test.so: tests/native/pam_test.c
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(agent_cflags) -fPIC -shared -o $@ $< -lpam

## check-native    the agent without the module
check-native: $(NATIVE_TESTS)
	$(Q)tests/native/run $(O)

LONG_RUNS += 3600:kills="env O=$(abspath $(O)) VTYMUX_TEST_LIMIT=3600 KILLS=200 \
	tests/native/test_kills.py" \
	3600:truncation="env O=$(abspath $(O)) VTYMUX_TEST_LIMIT=3600 EXEC_RUNS=150 \
	tests/native/test_exec.py output_is_never_truncated"

.PHONY: check-native

-include $(wildcard $(O)/test/agent/*/*.d $(O)/test/tests/native/*.d)
