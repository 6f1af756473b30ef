# SPDX-License-Identifier: GPL-2.0-only
# One program a unit, with the sanitizers, linked with that unit and its leaves
# only. A new check_<unit>.c needs its line UNIT_check_<unit>; flags of its own
# go to UNIT_CFLAGS_check_<unit> and UNIT_LIBS_check_<unit>.

UNIT_check_acl := $(addprefix agent/lib/,access.c acl.c acl-set.c)
UNIT_check_binding := agent/lib/binding.c
UNIT_check_cmd := agent/lib/cmd.c agent/lib/cmd-help.c agent/lib/listen.c
CONF_UNITS := $(wildcard agent/lib/conf*.c) \
	$(addprefix agent/lib/,algolist.c binding.c cmd.c file.c lists.c listen.c \
	params.c policy.c pubkey.c secret.c target.c texts.c \
	access.c acl.c acl-set.c)
UNIT_check_conf := $(CONF_UNITS)
UNIT_LIBS_check_conf := -lcrypt
UNIT_check_conf_ssh := $(CONF_UNITS)
UNIT_LIBS_check_conf_ssh := -lcrypt
UNIT_check_console := agent/lib/console.c
UNIT_check_keys := agent/daemon/keys.c
UNIT_CFLAGS_check_keys := -Iagent/daemon
UNIT_check_getty := agent/daemon/getty.c
UNIT_CFLAGS_check_getty := -Iagent/daemon
UNIT_check_idle := agent/lib/idle.c
UNIT_check_library := agent/lib/library.c
UNIT_check_line := agent/lib/line.c agent/lib/path.c
UNIT_check_link := agent/lib/link.c agent/lib/proto.c
UNIT_check_lists := agent/lib/lists.c
UNIT_check_listen := agent/lib/listen.c
UNIT_check_params := $(addprefix agent/lib/,params.c algolist.c file.c texts.c)
UNIT_check_policy := $(addprefix agent/lib/,policy.c access.c acl.c acl-set.c)
UNIT_check_proto := agent/lib/proto.c
UNIT_check_pubkey := agent/lib/pubkey.c
UNIT_check_radius := $(addprefix agent/aaa/,radius.c radius-reply.c md5.c text.c)
UNIT_LIBS_check_radius := -lnettle
UNIT_check_rotary := agent/monitor/rotary.c \
	$(addprefix agent/lib/,line.c path.c policy.c access.c acl.c acl-set.c)
UNIT_CFLAGS_check_rotary := -Iagent/monitor
UNIT_check_secret := agent/lib/secret.c
UNIT_LIBS_check_secret := -lcrypt
UNIT_check_service := $(addprefix agent/aaa/,service.c compile.c stack.c \
	servers.c) agent/lib/file.c agent/lib/path.c
UNIT_check_serial := agent/daemon/serial.c
UNIT_CFLAGS_check_serial := -Iagent/daemon
UNIT_check_slots := agent/daemon/session.c agent/lib/listen.c
UNIT_CFLAGS_check_slots := -Iagent/daemon
UNIT_check_spool := agent/aaa/spool.c
UNIT_CFLAGS_check_spool := -DSPOOL_MAX=64
UNIT_check_tacplus := $(addprefix agent/aaa/,tacplus.c tacplus-reply.c md5.c \
	text.c)
UNIT_LIBS_check_tacplus := -lnettle
UNIT_check_target := agent/lib/target.c
UNIT_check_texts := agent/lib/texts.c
UNIT_check_traffic := agent/monitor/traffic.c agent/lib/line.c agent/lib/path.c
UNIT_CFLAGS_check_traffic := -Iagent/monitor

UNIT_TESTS := $(patsubst tests/%.c,$(O)/tests/%,$(wildcard tests/unit/check_*.c))
TEST_PROGRAMS += $(UNIT_TESTS)

UNIT_CFLAGS = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	$(WARN) $(DEFINES) -DVTYMUX_TEST $(INCLUDES) -Itests/unit -MMD -MP

define unit_rule
$(O)/tests/unit/$(1): tests/unit/$(1).c tests/unit/main.h $(UNIT_$(1))
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)$(CC) $$(UNIT_CFLAGS) $$(UNIT_CFLAGS_$(1)) \
		-o $$@ $$(filter %.c,$$^) \
		$$$$(pkg-config --cflags --libs check) $$(UNIT_LIBS_$(1))
endef

$(foreach t,$(notdir $(UNIT_TESTS)),$(eval $(call unit_rule,$(t))))

## unit            build and run the unit tests
unit: $(UNIT_TESTS)
	$(Q)status=0; for t in $(UNIT_TESTS); do $$t || status=1; done; exit $$status

.PHONY: unit
