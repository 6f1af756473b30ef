/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Log lines on stderr with the <N> prefix the journal understands. One call is
 * one line and one write(2); bytes below 0x20 and 0x7f become '?', so text
 * from a peer cannot start a line of its own.
 */
#ifndef AGENT_LOG_H
#define AGENT_LOG_H

#include <syslog.h>

/**
 * log_tag() - set the text in front of every later line, "session 7: "
 * @tag: at most 63 bytes, copied; NULL or "" for none
 */
void log_tag(const char *tag);

/*
 * Also hand each line that is not dropped to @fn: without tag, prefix and
 * newline. NULL ends that. What @fn logs is not handed to it.
 */
void log_tee(void (*fn)(int level, const char *text));

/* Lines above @level (LOG_ERR..LOG_DEBUG) are dropped; LOG_INFO at start. */
void log_level(int level);

/* errno is the caller's again when these return. */
void log_print(int level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define log_err(...)	log_print(LOG_ERR, __VA_ARGS__)
#define log_warn(...)	log_print(LOG_WARNING, __VA_ARGS__)
#define log_notice(...)	log_print(LOG_NOTICE, __VA_ARGS__)
#define log_info(...)	log_print(LOG_INFO, __VA_ARGS__)
#define log_debug(...)	log_print(LOG_DEBUG, __VA_ARGS__)

#endif /* AGENT_LOG_H */
