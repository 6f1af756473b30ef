/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Libraries that a process needs for a moment, or not at all: each that it is
 * linked with costs it some pages of its own for as long as it lives, and there
 * are two processes for each connection. As with linking, what is loaded is
 * there for what is loaded later, PAM's modules for one.
 */
#ifndef AGENT_LIBRARY_H
#define AGENT_LIBRARY_H

#include <stddef.h>

/* A function, and where in a struct of pointers it goes. */
struct library_call {
	const char *symbol;
	size_t member;
};

/* For the last one of an array of them. */
#define LIBRARY_END	{ NULL, 0 }

/**
 * library_open() - load a library
 * @soname: as the linker would have noted it
 * @calls: functions, LIBRARY_END last
 * @table: the struct of pointers; complete or as it was
 *
 * Return: a handle for library_close(), NULL when the library is not there or
 * lacks a function: dlerror(3) says which.
 */
void *library_open(const char *soname, const struct library_call *calls,
		   void *table);

/* After it, no pointer from the library may be used. NULL: does nothing. */
void *library_close(void *library);

#endif /* AGENT_LIBRARY_H */
