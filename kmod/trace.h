/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happens on lines, for ftrace and perf: events/vtymux/. They are for
 * people who look for a fault, and may change with the module.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vtymux

#if !defined(_VTYMUX_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _VTYMUX_TRACE_H

#include <linux/string.h>
#include <linux/tracepoint.h>

#include <linux/vtymux.h>

DECLARE_EVENT_CLASS(vtymux_line_class,
	TP_PROTO(unsigned int line),
	TP_ARGS(line),
	TP_STRUCT__entry(__field(unsigned int, line)),
	TP_fast_assign(__entry->line = line;),
	TP_printk("line=%u", __entry->line)
);

#define VTYMUX_LINE_TRACE(name)						\
	DEFINE_EVENT(vtymux_line_class, name,				\
		     TP_PROTO(unsigned int line),			\
		     TP_ARGS(line))

/* First open, and last close or hangup. */
VTYMUX_LINE_TRACE(vtymux_open);
VTYMUX_LINE_TRACE(vtymux_close);
VTYMUX_LINE_TRACE(vtymux_unbind);
/* The device is gone. */
VTYMUX_LINE_TRACE(vtymux_down);
/* A terminal where exec is 0: hung up. */
VTYMUX_LINE_TRACE(vtymux_evict);
/* The front is full: the device has to wait, and goes on. */
VTYMUX_LINE_TRACE(vtymux_stall);
VTYMUX_LINE_TRACE(vtymux_resume);
/* The device has room for a writer that asked. */
VTYMUX_LINE_TRACE(vtymux_wakeup);

TRACE_EVENT(vtymux_bind,
	TP_PROTO(unsigned int line, const char *backing),
	TP_ARGS(line, backing),
	TP_STRUCT__entry(
		__field(unsigned int, line)
		__array(char, backing, VTYMUX_BACKING_MAX + 1)
	),
	TP_fast_assign(
		__entry->line = line;
		strscpy(__entry->backing, backing, VTYMUX_BACKING_MAX + 1);
	),
	TP_printk("line=%u backing=%s", __entry->line, __entry->backing)
);

TRACE_EVENT(vtymux_claim,
	TP_PROTO(unsigned int line, const char *owner),
	TP_ARGS(line, owner),
	TP_STRUCT__entry(
		__field(unsigned int, line)
		__array(char, owner, VTYMUX_OWNER_MAX + 1)
	),
	TP_fast_assign(
		__entry->line = line;
		strscpy(__entry->owner, owner, VTYMUX_OWNER_MAX + 1);
	),
	TP_printk("line=%u owner=%s", __entry->line, __entry->owner)
);

/* @why: enum vtymux_revoke */
TRACE_EVENT(vtymux_release,
	TP_PROTO(unsigned int line, unsigned int why),
	TP_ARGS(line, why),
	TP_STRUCT__entry(
		__field(unsigned int, line)
		__field(unsigned int, why)
	),
	TP_fast_assign(
		__entry->line = line;
		__entry->why = why;
	),
	TP_printk("line=%u why=%u", __entry->line, __entry->why)
);

/* Of @count bytes offered @taken were taken; tx: negative is an error. */
DECLARE_EVENT_CLASS(vtymux_bytes_class,
	TP_PROTO(unsigned int line, size_t count, ssize_t taken),
	TP_ARGS(line, count, taken),
	TP_STRUCT__entry(
		__field(unsigned int, line)
		__field(size_t, count)
		__field(ssize_t, taken)
	),
	TP_fast_assign(
		__entry->line = line;
		__entry->count = count;
		__entry->taken = taken;
	),
	TP_printk("line=%u count=%zu taken=%zd", __entry->line,
		  __entry->count, __entry->taken)
);

DEFINE_EVENT(vtymux_bytes_class, vtymux_rx,
	TP_PROTO(unsigned int line, size_t count, ssize_t taken),
	TP_ARGS(line, count, taken));
DEFINE_EVENT(vtymux_bytes_class, vtymux_tx,
	TP_PROTO(unsigned int line, size_t count, ssize_t taken),
	TP_ARGS(line, count, taken));

/* Bytes that nobody gets: of a slow reader, or of a slow tap. */
DECLARE_EVENT_CLASS(vtymux_lost_class,
	TP_PROTO(unsigned int line, u64 lost),
	TP_ARGS(line, lost),
	TP_STRUCT__entry(
		__field(unsigned int, line)
		__field(u64, lost)
	),
	TP_fast_assign(
		__entry->line = line;
		__entry->lost = lost;
	),
	TP_printk("line=%u lost=%llu", __entry->line, __entry->lost)
);

DEFINE_EVENT(vtymux_lost_class, vtymux_overrun,
	TP_PROTO(unsigned int line, u64 lost),
	TP_ARGS(line, lost));
DEFINE_EVENT(vtymux_lost_class, vtymux_tap_lost,
	TP_PROTO(unsigned int line, u64 lost),
	TP_ARGS(line, lost));

#endif /* _VTYMUX_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
