/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compile-time options of Dropbear, as vtymux-sshd wants them. Dropbear takes
 * this file from its build directory and everything not said here from its
 * default_options.h.
 */
#include "hooks.h"

/* The hooks of our series. */
#define DROPBEAR_SVR_SIGN_HOOK 1
#define DROPBEAR_SVR_INTERACT_AUTH 1
#define DROPBEAR_GETRANDOM_SUFFICES 1
#define DROPBEAR_SVR_SIGALGS_HOOK 1
#define DROPBEAR_AES192 1
#define DROPBEAR_SVR_CHANNEL_HOOKS 1

/* Peers see that this is a modified Dropbear. */
#define IDENT_VERSION_PART "_" DROPBEAR_VERSION "_vtymux"

/* No forwarding of any kind. */
#define DROPBEAR_X11FWD 0
#define DROPBEAR_SVR_LOCALTCPFWD 0
#define DROPBEAR_SVR_REMOTETCPFWD 0
#define DROPBEAR_SVR_LOCALSTREAMFWD 0
#define DROPBEAR_SVR_REMOTESTREAMFWD 0
#define DROPBEAR_SVR_AGENTFWD 0
#define DROPBEAR_CLI_LOCALTCPFWD 0
#define DROPBEAR_CLI_REMOTETCPFWD 0
#define DROPBEAR_CLI_AGENTFWD 0
#define DROPBEAR_CLI_PROXYCMD 0
#define DROPBEAR_CLI_NETCAT 0

/*
 * Authentication is ours (agent/session/auth.c). Public keys are on for the
 * code that verifies signatures, without which dropbearkey does not compile.
 */
#define DROPBEAR_SVR_PASSWORD_AUTH 0
#define DROPBEAR_SVR_PUBKEY_AUTH 1
#define DROPBEAR_SVR_PUBKEY_OPTIONS 0
#define AUTH_TIMEOUT vh_auth_timeout()

/* Keys come from the monitor, never from files, never made on demand. */
#define DROPBEAR_DELAY_HOSTKEY 0
#define DROPBEAR_DSS 0
#define DROPBEAR_SK_KEYS 0

#define DROPBEAR_REEXEC 0
#define DROPBEAR_SFTPSERVER 0
#define DROPBEAR_SVR_DROP_PRIVS 0
#define DO_MOTD 0
#define DO_HOST_LOOKUP 0
#define DROPBEAR_USER_ALGO_LIST 0

/* Which of these are offered is configured (ip ssh server algorithm). */
#define DROPBEAR_SHA2_512_HMAC 1
#define DROPBEAR_DH_GROUP16 1

/* Speed before size. */
#define DROPBEAR_SMALL_CODE 0

/*
 * One channel a connection, so the window may be generous; it bounds what a
 * client can leave behind for a slow line, and the memory that takes.
 */
#define DEFAULT_RECV_WINDOW (256 * 1024)
#define RECV_MAX_PAYLOAD_LEN 65536
#define TRANS_MAX_PAYLOAD_LEN 32768

/*
 * A peer whose host has gone is noticed by TCP (agent/session/main.c). These,
 * in seconds, are for one whose host still answers: a client that is suspended
 * may sleep for fifteen of them.
 */
#define DEFAULT_KEEPALIVE 60
#define DEFAULT_KEEPALIVE_LIMIT 15
