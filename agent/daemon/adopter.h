/* SPDX-License-Identifier: GPL-2.0-only */
/* Takes in monitors that another daemon started: lib/adopt.h. */
#ifndef DAEMON_ADOPTER_H
#define DAEMON_ADOPTER_H

struct server;
struct loop_source;
struct adopter_guest;

struct adopter {
	struct server *server;
	int fd;				/* owned */
	struct loop_source *source;	/* owned */
	struct adopter_guest *guests;	/* who have not said who they are */
};

/* Opens the socket in the run directory; what fails is logged. */
void adopter_start(struct adopter *adopter, struct server *server);

void adopter_stop(struct adopter *adopter);

#endif /* DAEMON_ADOPTER_H */
