/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The monitor's own privileges. privilege.c is the one file of the monitor
 * that includes libcap-ng.
 */
#ifndef MONITOR_PRIVILEGE_H
#define MONITOR_PRIVILEGE_H

/**
 * privilege_start() - keep what the monitor and its child's sandbox need
 *
 * Also turns off core dumps, ptrace by others and supplementary groups.
 * Return: 0 or -errno, -EPERM when a needed capability is missing.
 */
int privilege_start(void);

/**
 * privilege_settle() - keep what the monitor itself needs, for good
 *
 * To be called when the session process is on its way. These stay:
 * CAP_SYS_TTY_CONFIG to open /dev/vtymux, CAP_KILL to end a session process
 * that has its own uid, CAP_AUDIT_WRITE for libpam's audit records (logins
 * work without, their records are lost). pam_unix needs none for /etc/shadow:
 * root owns it. CAP_DAC_READ_SEARCH to look for authorized_keys in a home that
 * is closed to others. CAP_SETUID and CAP_SETGID for vtymux-exchange, which
 * asks servers with the uid of the session processes.
 * Return: 0 or -errno.
 */
int privilege_settle(void);

/**
 * privilege_logged_in() - give up what only a login needs
 *
 * CAP_DAC_READ_SEARCH, CAP_SETUID, CAP_SETGID and CAP_SETPCAP go. Return: 0 or -errno.
 */
int privilege_logged_in(void);

#endif /* MONITOR_PRIVILEGE_H */
