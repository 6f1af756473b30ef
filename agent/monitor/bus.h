/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sd-bus, loaded when a program is started: libsystemd and what it needs are
 * most of what a monitor would otherwise occupy, and a session on a line never
 * calls them. No other file includes its headers.
 */
#ifndef MONITOR_BUS_H
#define MONITOR_BUS_H

#include <systemd/sd-bus.h>

#define BUS_CALLS(call) \
	call(call_async) \
	call(call_method_async) \
	call(flush_close_unref) \
	call(get_events) \
	call(get_fd) \
	call(get_timeout) \
	call(match_signal_async) \
	call(message_append) \
	call(message_close_container) \
	call(message_enter_container) \
	call(message_exit_container) \
	call(message_get_error) \
	call(message_is_method_error) \
	call(message_new_method_call) \
	call(message_open_container) \
	call(message_read) \
	call(message_read_basic) \
	call(message_skip) \
	call(message_unref) \
	call(open_system) \
	call(path_encode) \
	call(process) \
	call(set_method_call_timeout) \
	call(wait)

/* bus.message_append is sd_bus_message_append(), and so on. */
struct bus {
#define BUS_MEMBER(name) __typeof__(sd_bus_ ## name) *name;
	BUS_CALLS(BUS_MEMBER)
#undef BUS_MEMBER
};

/* Valid once bus_load() has succeeded, for the life of the process. */
extern struct bus bus;

/**
 * bus_load() - load the library, unless it is
 * Return: 0; -ENOPKG when it is not there or lacks a function, which is logged.
 */
int bus_load(void);

#endif /* MONITOR_BUS_H */
