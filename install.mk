# SPDX-License-Identifier: GPL-2.0-only
# make install, make uninstall; DESTDIR is honoured by both.

MANPAGES := $(notdir $(wildcard agent/man/*.[1-8]))
INSTALL ?= install

# Of the kernel that the module was built for, not the running one. Debian's
# include/config/kernel.release lacks the ABI number and flavour.
module_release = $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' \
	$(KERNELDIR)/include/generated/utsrelease.h)
module_dir = $(DESTDIR)/lib/modules/$(module_release)/updates
man_dest = $(DESTDIR)$(mandir)/man$(patsubst .%,%,$(suffix $(1)))/$(1)

INSTALLED = $(DESTDIR)$(sbindir)/vtymuxd $(DESTDIR)$(bindir)/vtymux \
	$(DESTDIR)$(prefix)/share/bash-completion/completions/vtymux \
	$(addprefix $(DESTDIR)$(libexecdir)/,$(LIBEXEC_PROGRAMS) dropbearkey \
		$(notdir $(PAM_MODULES))) \
	$(DESTDIR)$(pamdir)/vtymux \
	$(DESTDIR)$(unitdir)/vtymuxd.service \
	$(DESTDIR)$(unitdir)/vtymux-getty@.service \
	$(DESTDIR)$(udevdir)/rules.d/80-vtymux.rules \
	$(DESTDIR)$(sysusersdir)/vtymux.conf \
	$(DESTDIR)$(tmpfilesdir)/vtymux.conf \
	$(DESTDIR)$(modulesloaddir)/vtymux.conf \
	$(DESTDIR)$(prefix)/share/doc/vtymux/COPYING.dropbear \
	$(foreach m,$(MANPAGES),$(call man_dest,$(m))) \
	$(module_dir)/vtymux.ko

## install         module, agent, units, rules, man pages (DESTDIR=, prefix=)
install: install-agent install-module
	$(if $(DESTDIR),,$(call after_install))

# Only on the running system: a package does these in its own scripts.
define after_install
depmod $(module_release)
systemd-sysusers vtymux.conf
systemd-tmpfiles --create vtymux.conf
-udevadm control --reload && udevadm trigger --subsystem-match=tty
-systemctl daemon-reload
@echo "Next: make host keys, write $(sysconfdir)/vtymux/startup-config," \
	"then systemctl enable --now vtymuxd (see README.md)."
endef

install-module: kmod/vtymux.ko
	$(Q)$(INSTALL) -D -m 644 $< $(module_dir)/vtymux.ko

install-agent: agent
	$(Q)$(INSTALL) -D -m 755 $(O)/vtymuxd $(DESTDIR)$(sbindir)/vtymuxd
	$(Q)$(INSTALL) -D -m 755 $(O)/vtymux $(DESTDIR)$(bindir)/vtymux
	$(Q)$(INSTALL) -D -m 644 agent/cli/completion/vtymux \
		$(DESTDIR)$(prefix)/share/bash-completion/completions/vtymux
	$(Q)for p in $(LIBEXEC_PROGRAMS) dropbearkey; do \
		$(INSTALL) -D -m 755 $(O)/$$p $(DESTDIR)$(libexecdir)/$$p || exit 1; \
	done
	$(Q)for m in $(notdir $(PAM_MODULES)); do \
		$(INSTALL) -D -m 644 $(O)/$$m $(DESTDIR)$(libexecdir)/$$m || exit 1; \
	done
	$(Q)sed -e 's|@sbindir@|$(sbindir)|g' systemd/vtymuxd.service \
		>$(O)/vtymuxd.service
	$(Q)$(INSTALL) -D -m 644 $(O)/vtymuxd.service \
		$(DESTDIR)$(unitdir)/vtymuxd.service
	$(Q)$(INSTALL) -D -m 644 systemd/vtymux-getty@.service \
		$(DESTDIR)$(unitdir)/vtymux-getty@.service
	$(Q)$(INSTALL) -D -m 644 systemd/vtymux.pam $(DESTDIR)$(pamdir)/vtymux
	$(Q)$(INSTALL) -D -m 644 udev/80-vtymux.rules \
		$(DESTDIR)$(udevdir)/rules.d/80-vtymux.rules
	$(Q)$(INSTALL) -D -m 644 systemd/vtymux.sysusers.conf \
		$(DESTDIR)$(sysusersdir)/vtymux.conf
	$(Q)$(INSTALL) -D -m 644 systemd/vtymux.tmpfiles.conf \
		$(DESTDIR)$(tmpfilesdir)/vtymux.conf
	$(Q)$(INSTALL) -D -m 644 systemd/vtymux.modules-load.conf \
		$(DESTDIR)$(modulesloaddir)/vtymux.conf
	$(Q)$(INSTALL) -D -m 644 $(DB)/source/LICENSE \
		$(DESTDIR)$(prefix)/share/doc/vtymux/COPYING.dropbear
	$(Q)$(INSTALL) -d -m 755 $(DESTDIR)$(sysconfdir)/vtymux
	$(Q)$(foreach m,$(MANPAGES),$(INSTALL) -D -m 644 agent/man/$(m) \
		$(call man_dest,$(m)) && )true

kmod/vtymux.ko: module

dkms_source = $(DESTDIR)/usr/src/vtymux-$(VERSION)

## install-dkms    the module's source for DKMS instead of install-module;
##                 then: dkms install vtymux/VERSION
install-dkms:
	$(Q)$(INSTALL) -d $(dkms_source)/kmod/uapi/linux \
		$(dkms_source)/kmod/selftest
	$(Q)$(INSTALL) -m 644 kmod/dkms.conf $(dkms_source)/dkms.conf
	$(Q)$(INSTALL) -m 644 Kbuild $(dkms_source)/Kbuild
	$(Q)$(INSTALL) -m 644 kmod/Kbuild kmod/*.[ch] $(dkms_source)/kmod
	$(Q)rm -f $(dkms_source)/kmod/*.mod.c
	$(Q)$(INSTALL) -m 644 kmod/selftest/*.[ch] $(dkms_source)/kmod/selftest
	$(Q)$(INSTALL) -m 644 kmod/uapi/linux/*.h \
		$(dkms_source)/kmod/uapi/linux

## uninstall       remove what install put there; /etc/vtymux stays
uninstall:
	$(Q)rm -f $(INSTALLED)
	$(Q)rm -rf $(dkms_source)
	$(Q)-rmdir $(DESTDIR)$(libexecdir) $(DESTDIR)$(prefix)/share/doc/vtymux
	$(if $(DESTDIR),,-systemctl daemon-reload; depmod $(module_release))

.PHONY: install install-agent install-module install-dkms uninstall
