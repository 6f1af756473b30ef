/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which line the target of a session means, whether its user may have it, and
 * the claim, the stolen claim or the tap on it. Nothing of a line is touched
 * before admit_claim().
 *
 * Refusals come in this order, the first that holds: invalid line; transport
 * input; access class; not authorized; commands; then what the claim says, not
 * available before busy. For a rotary group, commands are refused with the
 * number of its lowest candidate.
 */
#ifndef MONITOR_ADMIT_H
#define MONITOR_ADMIT_H

#include <stdbool.h>

#include "proto.h"

struct monitor;

/**
 * admit_claim() - take what the target names
 * Sets m->line, m->settings and m->claim, or to watch m->tap.
 * Return: false when a notice says why not.
 */
bool admit_claim(struct monitor *m, enum proto_open_kind kind);

/* What the operator has for users of the session's line: banners. */
void admit_greet(const struct monitor *m);

/* Tells the client of an error of a claim. */
void admit_refuse(const struct monitor *m, unsigned int line, int error);

/* Sets m->settings to those of a line, for an EXEC session. */
void admit_settings(struct monitor *m, unsigned int line);

#endif /* MONITOR_ADMIT_H */
