/* SPDX-License-Identifier: GPL-2.0-only */
/* JSON, written as it comes; the caller opens and closes what it writes. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdbool.h>
#include <stdio.h>

/* Zero it, set the file. */
struct json {
	FILE *file;
	unsigned int depth;
	bool comma;
};

/* @key: NULL in an array and at the top. @bracket: '{' or '['. */
void json_open(struct json *json, const char *key, char bracket);
void json_close(struct json *json, char bracket);
/* Bytes that are not printable ASCII are escaped as if they were Latin-1. */
void json_string(struct json *json, const char *key, const char *value);
void json_number(struct json *json, const char *key, long long value);
void json_bool(struct json *json, const char *key, bool value);

/* The lines of a text as one array. */
void json_lines(struct json *json, const char *key, const char *text);

#endif /* CLI_JSON_H */
