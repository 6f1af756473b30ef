# SPDX-License-Identifier: GPL-2.0-only
# vtymuxd, vtymux-monitor and what they share. vtymux-sshd: dropbear/build.mk.

# One a line: what the daemon and the monitor start.
LIBEXEC_PROGRAMS := vtymux-monitor \
	vtymux-sshd \
	vtymux-start \
	vtymux-crypto

AGENT_PROGRAMS := $(O)/vtymuxd $(addprefix $(O)/,$(LIBEXEC_PROGRAMS))

agent_cflags = $(CFLAGS) $(HARDEN) $(WARN) $(DEFINES) $(INCLUDES) -MMD -MP

agent_objects = $(patsubst %.c,$(O)/%.o,$(wildcard agent/$(1)/*.c))

## agent           vtymuxd, its monitor, session process and key programs
agent: $(AGENT_PROGRAMS) $(O)/dropbearkey

# Units of lib that need an external library carry its flags here.
$(O)/agent/lib/nl.o: agent_libs = libnl-genl-3.0
$(O)/agent/lib/udev.o: agent_libs = libudev
$(O)/agent/daemon/%.o: agent_libs = libsystemd
$(O)/agent/monitor/unit.o: agent_libs = libsystemd

$(O)/agent/%.o: agent/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(agent_cflags) \
		$(if $(agent_libs),$$(pkg-config --cflags $(agent_libs))) \
		$(agent_extra) -c -o $@ $<

$(O)/libagent.a: $(call agent_objects,lib) $(O)/agent/aaa/service.o
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $^

$(O)/vtymuxd: $(call agent_objects,daemon) $(O)/libagent.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS) \
		-lcrypt $$(pkg-config --libs libsystemd libudev libnl-genl-3.0)

$(O)/vtymux-crypto: $(call agent_objects,crypto) $(O)/libagent.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS) \
		-lcrypt

# And the key part of Dropbear: dropbear/build.mk adds it.
$(O)/vtymux-monitor: $(call agent_objects,monitor) $(O)/libagent.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS) \
		-lpam -lcrypt -ltomcrypt -ltommath -lcap-ng \
		$$(pkg-config --libs libsystemd)

$(O)/vtymux-start: $(call agent_objects,start) $(O)/agent/lib/job.o
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS)

-include $(wildcard $(O)/agent/*/*.d)
