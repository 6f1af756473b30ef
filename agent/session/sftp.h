/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The far end of an SFTP subsystem that was refused: a server that permits
 * nothing. Some clients show the reason that it gives, others (scp) take it for
 * a missing file, so it is on stderr, too. There is one at a time.
 */
#ifndef SESSION_SFTP_H
#define SESSION_SFTP_H

/**
 * sftp_refuse() - begin to answer
 * @notice: holds the reason and then ends; taken
 * @ret_out, @ret_in: the channel's ends, its own to close. The server ends when
 * the input does, and the output with it.
 * Return: what takes the place of @notice.
 */
int sftp_refuse(int notice, int *ret_out, int *ret_in);

/* Takes in and answers what has come. Called by the loop. */
void sftp_poll(void);

/* Ends it at once. Harmless when there is none. */
void sftp_stop(void);

#endif /* SESSION_SFTP_H */
