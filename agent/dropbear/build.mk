# SPDX-License-Identifier: GPL-2.0-only
# Dropbear: fetched, patched, configured out of tree in $(O)/dropbear-VERSION,
# then vtymux-sshd (its protocol engine and agent/session), dropbearkey and
# the part that reads and uses private host keys, for the monitor.

DROPBEAR_VERSIONS := $(shell sed -n 's/^\([0-9.]*\) .*/\1/p' agent/dropbear/SOURCE)
DROPBEAR_VERSION ?= $(firstword $(DROPBEAR_VERSIONS))

DB := $(O)/dropbear-$(DROPBEAR_VERSION)
DROPBEAR_KEYLIB := $(DB)/libkey.a
DROPBEAR_ENGINE := $(DB)/libengine.a
# sodium.c has what is missing in the lists below; nettle.c speeds up the rest.
# The first two are linked in, as Dropbear does it: two processes a connection
# have 180 KiB less of their own, and libgmp is not loaded at all.
DROPBEAR_LIBS := -l:libtomcrypt.a -l:libtommath.a -lsodium
SERIES := $(shell cat agent/dropbear/series)

DROPBEAR_CFLAGS := -isystem $(DB) -isystem $(DB)/source/src -Iagent/dropbear \
	-DLOCALOPTIONS_H_EXISTS -DDROPBEAR_SERVER

# The units of the engine. Of the server's own only these: no main loop for
# listening, no authentication, no sessions with shells, no forwarding: the
# last two only answer global requests. Not every version has all of them.
DROPBEAR_KEY_UNITS := dbutil buffer dbhelpers bignum signkey rsa dbrandom \
	queue atomicio compat fake-rfc2553 ltc_prng ecc ecdsa crypto_desc \
	ed25519 dbmalloc dbctype
DROPBEAR_ENGINE_UNITS := common-session packet common-algo common-kex \
	common-channel common-runopts process-packet dh_groups circbuffer list \
	listener \
	netio gcm kex-x25519 kex-dh kex-ecdh kex-pqhybrid \
	sntrup761 mlkem768 svr-kex svr-session svr-service \
	svr-forward svr-tcpfwd
dropbear_objects = $(shell for u in $(1); do \
	[ ! -f $(DB)/source/src/$$u.c ] || echo $(2)$$u.o; done)

DROPBEAR_CONFIGURE := --disable-bundled-libtom --disable-zlib --disable-pam \
	--disable-syslog --disable-shadow --disable-openpty \
	--disable-lastlog --disable-utmp --disable-utmpx --disable-wtmp \
	--disable-wtmpx --disable-loginfunc --disable-pututline \
	--disable-pututxline

# Unpack again whenever the series changes: patches are never taken back.
$(DB)/source/.patched: agent/dropbear/SOURCE agent/dropbear/series \
		$(addprefix agent/dropbear/patches/,$(SERIES))
	$(call say,PATCH,dropbear $(DROPBEAR_VERSION))set -e; \
	tarball=$$(agent/dropbear/fetch $(DROPBEAR_VERSION)); \
	rm -rf $(DB); mkdir -p $(DB)/source; \
	tar -xf "$$tarball" -C $(DB)/source --strip-components=1; \
	for p in $(SERIES); do \
		patch -s -p1 --fuzz=0 -d $(DB)/source \
			<agent/dropbear/patches/$$p; \
	done; \
	touch $@

$(DB)/localoptions.h: agent/dropbear/localoptions.h agent/session/hooks.h \
		$(DB)/source/.patched
	$(Q)cp agent/session/hooks.h $(DB)/hooks.h
	$(Q)cp agent/dropbear/localoptions.h $@

$(DB)/Makefile: $(DB)/source/.patched
	$(call say,CONF,$(DB))cd $(DB) && CC='$(CC)' \
		CFLAGS='$(CFLAGS) -Wall -Wno-pointer-sign' \
		./source/configure -q $(DROPBEAR_CONFIGURE) \
		>configure.log 2>&1 || { cat configure.log >&2; exit 1; }

# One recursive make builds every object; its own dependencies decide which.
# An option that hides a declaration must not become a truncated pointer.
$(DB)/.built: $(DB)/Makefile $(DB)/localoptions.h agent/dropbear/build.mk
	$(call say,MAKE,$(DB))CFLAGS='-Werror=implicit -Werror=int-conversion' \
		$(MAKE) -C $(DB) --no-print-directory \
		PROGRAMS="dropbear dropbearkey" dropbearkey \
		$(call dropbear_objects,$(DROPBEAR_KEY_UNITS) \
			$(DROPBEAR_ENGINE_UNITS),obj/) \
		>$(DB)/build.log 2>&1 || { tail -30 $(DB)/build.log >&2; exit 1; }
	$(Q)touch $@

ACCEL_OBJECTS := $(DB)/sodium.o $(DB)/nettle.o

$(ACCEL_OBJECTS): $(DB)/%.o: agent/dropbear/%.c agent/dropbear/accel.h $(DB)/.built
	$(call say,CC,$@)$(CC) $(agent_cflags) \
		$(DROPBEAR_CFLAGS) -c -o $@ $<

$(DROPBEAR_KEYLIB): $(DB)/.built $(DB)/sodium.o
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $(DB)/sodium.o \
		$(call dropbear_objects,$(DROPBEAR_KEY_UNITS),$(DB)/obj/)

$(DROPBEAR_ENGINE): $(DB)/.built $(DB)/nettle.o
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $(DB)/nettle.o \
		$(call dropbear_objects,$(DROPBEAR_ENGINE_UNITS),$(DB)/obj/)

$(O)/dropbearkey: $(DB)/.built
	$(Q)cp $(DB)/dropbearkey $@

# Our side. The test build (VTYMUX_TEST) is a program of its own, never
# installed: it alone may run without root and then without chroot and setuid.
SESSION_UNITS := $(patsubst agent/session/%.c,%,$(wildcard agent/session/*.c))
SESSION_OBJECTS := $(SESSION_UNITS:%=$(O)/agent/session/%.o)
SESSION_TEST_OBJECTS := $(SESSION_UNITS:%=$(O)/test/agent/session/%.o)
SESSION_LIB_OBJECTS := $(addprefix $(O)/agent/lib/,algolist.o caps.o idle.o \
	library.o proto.o signame.o)
SESSION_LIBS := $(DROPBEAR_LIBS) -lnettle

$(SESSION_OBJECTS) $(SESSION_TEST_OBJECTS): $(DB)/.built
$(SESSION_OBJECTS): agent_extra = $(DROPBEAR_CFLAGS)

$(O)/vtymux-monitor: $(DROPBEAR_KEYLIB)
MONITOR_KEY_OBJECTS := $(foreach o,$(O) $(O)/test,$(addprefix \
	$(o)/agent/monitor/,hostkey.o keycode.o verify.o))
$(MONITOR_KEY_OBJECTS): $(DB)/.built
$(MONITOR_KEY_OBJECTS): agent_extra = $(DROPBEAR_CFLAGS)

$(O)/test/agent/session/%.o: agent/session/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(agent_cflags) $(DROPBEAR_CFLAGS) \
		-DVTYMUX_TEST -c -o $@ $<

$(O)/vtymux-sshd: $(SESSION_OBJECTS) $(SESSION_LIB_OBJECTS) \
		$(DROPBEAR_ENGINE) $(DROPBEAR_KEYLIB)
$(O)/test/vtymux-sshd: $(SESSION_TEST_OBJECTS) $(SESSION_LIB_OBJECTS) \
		$(DROPBEAR_ENGINE) $(DROPBEAR_KEYLIB)
$(O)/vtymux-sshd $(O)/test/vtymux-sshd:
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_LD) -o $@ $^ $(LDFLAGS) \
		$(SESSION_LIBS)

## dropbear-both   build vtymux-sshd with every Dropbear in SOURCE
dropbear-both:
	$(Q)for v in $(DROPBEAR_VERSIONS); do \
		$(MAKE) --no-print-directory O=$(O)/with-$$v \
			DROPBEAR_VERSION=$$v $(O)/with-$$v/vtymux-sshd \
			$(O)/with-$$v/dropbearkey || exit 1; \
	done

.PHONY: dropbear-both

-include $(wildcard $(O)/test/agent/session/*.d)
