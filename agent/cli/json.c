// SPDX-License-Identifier: GPL-2.0-only
#include "json.h"

#include <string.h>

static void quote(struct json *j, const char *text, size_t len)
{
	fputc('"', j->file);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			fprintf(j->file, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			fprintf(j->file, "\\u%04x", c);
		else
			fputc(c, j->file);
	}
	fputc('"', j->file);
}

static void begin(struct json *j, const char *key)
{
	if (j->comma)
		fputc(',', j->file);
	if (j->depth)
		fprintf(j->file, "\n%*s", 2 * (int)j->depth, "");
	if (key) {
		quote(j, key, strlen(key));
		fputs(": ", j->file);
	}
	j->comma = true;
}

void json_open(struct json *j, const char *key, char bracket)
{
	begin(j, key);
	fputc(bracket, j->file);
	j->depth++;
	j->comma = false;
}

void json_close(struct json *j, char bracket)
{
	j->depth--;
	if (j->comma)
		fprintf(j->file, "\n%*s", 2 * (int)j->depth, "");
	fputc(bracket, j->file);
	if (!j->depth)
		fputc('\n', j->file);
	j->comma = true;
}

void json_string(struct json *j, const char *key, const char *value)
{
	begin(j, key);
	quote(j, value, strlen(value));
}

void json_number(struct json *j, const char *key, long long value)
{
	begin(j, key);
	fprintf(j->file, "%lld", value);
}

void json_bool(struct json *j, const char *key, bool value)
{
	begin(j, key);
	fputs(value ? "true" : "false", j->file);
}

void json_lines(struct json *j, const char *key, const char *text)
{
	json_open(j, key, '[');
	while (*text) {
		size_t len = strcspn(text, "\n");

		begin(j, NULL);
		quote(j, text, len);
		text += len + (text[len] != '\0');
	}
	json_close(j, ']');
}
