# SPDX-License-Identifier: GPL-2.0-only
# vtymuxd, vtymux-monitor, vtymux-exchange, PAM modules and what they share.
# vtymux-sshd: dropbear/build.mk.

# One a line: what the daemon and the monitor start.
LIBEXEC_PROGRAMS := vtymux-monitor \
	vtymux-sshd \
	vtymux-start \
	vtymux-crypto \
	vtymux-exchange \
	vtymux-enable

AGENT_PROGRAMS := $(O)/vtymuxd $(O)/vtymux $(addprefix $(O)/,$(LIBEXEC_PROGRAMS))
PAM_MODULES := $(addprefix $(O)/,pam_vtymux.so pam_vtymux_radius.so \
	pam_vtymux_tacplus.so)

# What speaks RADIUS and TACACS+, without I/O.
AAA_PACKETS := $(addprefix agent/aaa/,radius.c radius-reply.c tacplus.c \
	tacplus-reply.c md5.c text.c)

agent_cflags = $(CFLAGS) $(HARDEN) $(WARN) $(DEFINES) $(INCLUDES) -MMD -MP

agent_objects = $(patsubst %.c,$(O)/%.o,$(wildcard agent/$(1)/*.c))

## agent           vtymuxd, vtymux, their programs, the PAM modules, dropbearkey
agent: $(AGENT_PROGRAMS) $(PAM_MODULES) $(O)/dropbearkey

# Units of lib that need an external library carry its flags here.
$(O)/agent/lib/nl.o: agent_libs = libnl-genl-3.0
$(O)/agent/lib/udev.o: agent_libs = libudev
$(O)/agent/daemon/%.o: agent_libs = libsystemd
# The header alone: what uses these libraries loads them itself, and so do
# lib/caps.c, aaa/pam.c, monitor/decoy.c and session/filter.c.
$(O)/agent/monitor/unit.o $(O)/agent/monitor/bus.o: agent_libs = libsystemd
$(O)/agent/cli/edit.o: agent_libs = libedit
$(O)/agent/exchange/tls.o: agent_libs = gnutls

$(O)/agent/%.o: agent/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(agent_cflags) \
		$(if $(agent_libs),$$(pkg-config --cflags $(agent_libs))) \
		$(agent_extra) -c -o $@ $<

$(O)/libagent.a: $(call agent_objects,lib) \
		$(addprefix $(O)/agent/aaa/,service.o compile.o stack.o spool.o \
		servers.o exchange.o pam.o)
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $^

$(O)/vtymuxd: $(call agent_objects,daemon) $(O)/libagent.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS) \
		-lcrypt $$(pkg-config --libs libsystemd libudev libnl-genl-3.0)

$(O)/vtymux-crypto: $(call agent_objects,crypto) $(O)/libagent.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS) \
		-lcrypt

$(O)/vtymux: $(call agent_objects,cli) $(O)/libagent.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS) \
		-lcrypt $$(pkg-config --libs libedit)

# And the key part of Dropbear: dropbear/build.mk adds it.
$(O)/vtymux-monitor: $(call agent_objects,monitor) $(O)/libagent.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS) \
		$(DROPBEAR_LIBS)

$(O)/vtymux-start: $(call agent_objects,start) $(O)/agent/lib/job.o
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS)

$(O)/vtymux-exchange: $(call agent_objects,exchange) \
		$(AAA_PACKETS:%.c=$(O)/%.o)
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS) \
		-lnettle -lseccomp $$(pkg-config --libs gnutls)

$(O)/vtymux-enable: $(call agent_objects,enable) $(O)/libagent.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS)

# All of a module in one command, position-independent; it exports what libpam
# looks for. $(1) is the directory, $(2) flags.
PAM_MODULE_SERVER := $(addprefix agent/aaa/,pam-server.c module.c dead.c \
	exchange.c servers.c users.c) \
	agent/lib/file.c agent/lib/path.c
PAM_MODULE_REST := $(addprefix agent/aaa/,pam-vtymux.c module.c users.c) \
	agent/lib/file.c

PAM_MODULE_LD := -Wl,-z,relro,-z,now,-z,defs \
	-Wl,--version-script,agent/aaa/module.map

define pam_rules
$(1)/pam_vtymux_radius.so: $$(PAM_MODULE_SERVER) $$(wildcard agent/aaa/*.h)
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(CC) $$(agent_cflags) $(2) -fPIC -shared -o $$@ \
		-DMODULE_PROTOCOL=SERVER_RADIUS $$(filter %.c,$$^) \
		$$(PAM_MODULE_LD) -lpam

$(1)/pam_vtymux_tacplus.so: $$(PAM_MODULE_SERVER) $$(wildcard agent/aaa/*.h)
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(CC) $$(agent_cflags) $(2) -fPIC -shared -o $$@ \
		-DMODULE_PROTOCOL=SERVER_TACPLUS $$(filter %.c,$$^) \
		$$(PAM_MODULE_LD) -lpam

$(1)/pam_vtymux.so: $$(PAM_MODULE_REST) $$(wildcard agent/aaa/*.h)
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(CC) $$(agent_cflags) $(2) -fPIC -shared -o $$@ \
		$$(filter %.c,$$^) $$(PAM_MODULE_LD) -lpam -lcrypt
endef

$(eval $(call pam_rules,$(O),))

-include $(wildcard $(O)/agent/*/*.d)
