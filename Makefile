# SPDX-License-Identifier: GPL-2.0-only
#
# Targets for people; kbuild reads Kbuild. "make help" lists them.

VERSION := 0.1.0
# The running kernel's headers, or on a build machine without them the newest.
KERNELRELEASE ?= $(shell uname -r)
KERNELDIR ?= $(firstword $(wildcard /lib/modules/$(KERNELRELEASE)/build) \
	$(lastword $(sort $(wildcard /lib/modules/*/build))))
O ?= build
V ?= 0

prefix ?= /usr
bindir ?= $(prefix)/bin
sbindir ?= $(prefix)/sbin
libexecdir ?= $(prefix)/libexec/vtymux
mandir ?= $(prefix)/share/man
unitdir ?= /lib/systemd/system
udevdir ?= /lib/udev
sysusersdir ?= /usr/lib/sysusers.d
tmpfilesdir ?= /usr/lib/tmpfiles.d
modulesloaddir ?= /usr/lib/modules-load.d
sysconfdir ?= /etc
pamdir ?= $(sysconfdir)/pam.d
rundir ?= /run/vtymux

CC ?= gcc
CFLAGS ?= -O2 -g
CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/vtymux

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wwrite-strings -Wformat=2 -Wno-missing-field-initializers -Werror
HARDEN := -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2
HARDEN_LD := -pie -Wl,-z,relro -Wl,-z,now
INCLUDES := -Ikmod/uapi -Iagent/lib -Iagent/aaa
DEFINES := -D_GNU_SOURCE -DVTYMUX_VERSION='"$(VERSION)"' \
	-DVTYMUX_BINDIR='"$(bindir)"' \
	-DVTYMUX_LIBEXECDIR='"$(libexecdir)"' \
	-DVTYMUX_SYSCONFDIR='"$(sysconfdir)/vtymux"' \
	-DVTYMUX_RUNDIR='"$(rundir)"'

# One line a command unless V=1.
ifeq ($(V),0)
Q := @
say = @printf '  %-7s %s\n' '$(1)' '$(2)';
else
Q :=
say =
endif

all: module agent

include agent/build.mk
include agent/dropbear/build.mk
include tests/build.mk

include install.mk

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

## all             module and agent
## module          vtymux.ko for KERNELDIR (default: the running kernel)
module:
	$(call say,KBUILD,$(KERNELDIR))$(MAKE) --no-print-directory \
		-C $(KERNELDIR) M=$(CURDIR) modules

## clean           remove what was built here (downloads and images stay)
clean:
	$(Q)rm -rf $(O)
	$(Q)find . -path ./.git -prune -o \( -name '*.ko' -o -name '*.o' \
		-o -name '*.mod' -o -name '*.mod.c' -o -name '.*.cmd' \
		-o -name modules.order -o -name Module.symvers \) -type f \
		-exec rm -f {} +

.PHONY: all help module agent clean
