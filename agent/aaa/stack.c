// SPDX-License-Identifier: GPL-2.0-only
#include "stack.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define LINES_MAX	(4 * AAA_METHODS_MAX + 2)

/* A line whose jumps are known when all lines are. */
struct line {
	int pad;		/* method to whose pad success leads, -1: none */
	bool tallies;		/* a wrong password leads to the tally */
	bool may_ignore;	/* faillock says so without a tally */
	bool unknown_goes_on;
	const char *control;	/* instead of all this */
	char module[640];
};

struct stack {
	const struct aaa_config *config;
	const struct aaa_list *list;
	const struct stack_paths *paths;
	size_t count;
	struct line lines[LINES_MAX];
	size_t pads[AAA_METHODS_MAX];	/* index of a method's landing pad */
	size_t tally;			/* of the authfail line; 0: none */
	size_t end;			/* of the permit line */
};

const struct aaa_group *stack_group(const struct aaa_config *config,
				    const char *name)
{
	for (size_t i = 0; i < config->group_count; i++)
		if (!strcmp(config->groups[i].name, name))
			return &config->groups[i];
	return NULL;
}

void stack_group_file(const struct aaa_group *group, char *ret, size_t size)
{
	int at = snprintf(ret, size, "group-%s-", group->protocol ==
			  SERVER_RADIUS ? "radius" : "tacplus");

	for (const char *p = group->name; *p && at + 4 < (int)size; p++)
		at += sprintf(ret + at, isalnum((unsigned char)*p) ? "%c" :
			      "_%02x", (unsigned char)*p);
}

static const char *method_name(const struct stack *s, size_t i)
{
	const struct aaa_method *m = &s->list->methods[i];
	const struct aaa_group *group = stack_group(s->config, m->group);

	switch (m->kind) {
	case AAA_LOCAL:
		return "local";
	case AAA_SYSTEM:
		return "system";
	case AAA_GROUP:
		return group && group->protocol == SERVER_TACPLUS ? "tacacs+" :
			"radius";
	case AAA_IF_AUTHENTICATED:
		return "if-authenticated";
	case AAA_SECRET:
		return "enable";
	default:
		return "none";
	}
}

static struct line *add(struct stack *s, int pad)
{
	struct line *line = &s->lines[s->count++];

	*line = (struct line){ .pad = pad };
	return line;
}

static struct line *add_fixed(struct stack *s, const char *control,
			      const char *module)
{
	struct line *line = add(s, -1);

	line->control = control;
	snprintf(line->module, sizeof(line->module), "%s", module);
	return line;
}

/* An even share for each method that asks servers, the login in mind. */
static unsigned int budget(const struct stack *s)
{
	unsigned int groups = 0, share;

	for (size_t i = 0; i < s->list->count; i++)
		groups += s->list->methods[i].kind == AAA_GROUP;
	share = s->config->login_time * 3 / 4 / (groups ? groups : 1);
	return share ? share : 1;
}

/*
 * A group that does not exist gets a file that does not either: the module
 * calls that a fault, and the list dies there.
 */
static void group_module(struct stack *s, size_t i, const char *more,
			 struct line *line)
{
	const struct aaa_group *group =
		stack_group(s->config, s->list->methods[i].group);
	char file[3 * AAA_NAME_MAX + 24] = "group-missing";
	bool tacplus = group && group->protocol == SERVER_TACPLUS;

	if (group)
		stack_group_file(group, file, sizeof(file));
	snprintf(line->module, sizeof(line->module),
		 "%s/pam_vtymux_%s.so conf=%s/%s budget=%u dead=%s/dead%s",
		 s->paths->modules, tacplus ? "tacplus" : "radius",
		 s->paths->conf, file, budget(s), s->paths->state, more);
}

/* A method after this one will look at name and password. */
static bool is_checked_later(const struct stack *s, size_t i)
{
	return i + 1 < s->list->count &&
	       s->list->methods[i + 1].kind != AAA_NONE;
}

/* What "local" and "key" of pam_vtymux.so look at. */
static void database_module(const struct stack *s, const char *what, char *ret,
			    size_t size)
{
	snprintf(ret, size, "%s/pam_vtymux.so %s users=%s/users tally=%s/tally"
		 " max-fail=%u", s->paths->modules, what, s->paths->conf,
		 s->paths->state, s->config->max_fail);
}

static void add_login(struct stack *s, size_t i)
{
	struct line *line;

	switch (s->list->methods[i].kind) {
	case AAA_LOCAL:
		line = add(s, (int)i);
		line->unknown_goes_on = is_checked_later(s, i);
		database_module(s, "local", line->module, sizeof(line->module));
		break;
	case AAA_SYSTEM:
		line = add_fixed(s, "[success=ignore ignore=ignore default=die]",
				 "");
		snprintf(line->module, sizeof(line->module),
			 "pam_faillock.so preauth silent conf=%s/faillock.conf",
			 s->paths->conf);
		line = add(s, (int)i);
		line->tallies = true;
		line->unknown_goes_on = is_checked_later(s, i);
		strcpy(line->module, "pam_unix.so nodelay try_first_pass");
		break;
	case AAA_GROUP:
		group_module(s, i, "", add(s, (int)i));
		break;
	default:
		strcpy(add(s, (int)i)->module, "pam_permit.so");
	}
}

static void add_pads(struct stack *s)
{
	struct line *line;

	for (size_t i = 0; i < s->list->count; i++) {
		bool system = s->list->methods[i].kind == AAA_SYSTEM;

		s->pads[i] = s->count;
		line = add(s, -1);
		if (system)
			line->control = "[success=ignore default=die]";
		snprintf(line->module, sizeof(line->module),
			 "%s/pam_vtymux.so mark %s", s->paths->modules,
			 method_name(s, i));
		if (!system)
			continue;
		line = add(s, -1);
		line->may_ignore = true;
		snprintf(line->module, sizeof(line->module),
			 "pam_faillock.so authsucc conf=%s/faillock.conf",
			 s->paths->conf);
	}
}

static bool has(const struct stack *s, enum aaa_kind kind)
{
	for (size_t i = 0; i < s->list->count; i++)
		if (s->list->methods[i].kind == kind)
			return true;
	return false;
}

static void build_login(struct stack *s)
{
	for (size_t i = 0; i < s->list->count; i++)
		add_login(s, i);
	add_fixed(s, "[default=die]", "pam_deny.so");
	if (has(s, AAA_SYSTEM)) {
		s->tally = s->count;
		snprintf(add_fixed(s, "[default=die]", "")->module,
			 sizeof(s->lines[0].module),
			 "pam_faillock.so authfail conf=%s/faillock.conf",
			 s->paths->conf);
	}
	add_pads(s);
	s->end = s->count;
	add_fixed(s, "[success=ok default=die]", "pam_permit.so");
}

/* Jumps count the lines that are skipped; none is "ignore". */
static void print_jump(FILE *file, const char *code, size_t from, size_t to)
{
	if (to == from + 1)
		fprintf(file, "%s=ignore ", code);
	else
		fprintf(file, "%s=%zu ", code, to - from - 1);
}

static void print_line(const struct stack *s, size_t i, FILE *file)
{
	const struct line *line = &s->lines[i];

	fprintf(file, "auth ");
	if (line->control) {
		fprintf(file, "%s %s\n", line->control, line->module);
		return;
	}
	fputc('[', file);
	print_jump(file, "success", i, line->pad < 0 ? s->end :
		   s->pads[line->pad]);
	if (line->may_ignore)
		print_jump(file, "ignore", i, s->end);
	if (line->pad >= 0)
		fputs("authinfo_unavail=ignore ", file);
	if (line->unknown_goes_on)
		fputs("user_unknown=ignore ", file);
	if (line->tallies) {
		print_jump(file, "auth_err", i, s->tally);
		print_jump(file, "maxtries", i, s->tally);
		print_jump(file, "perm_denied", i, s->tally);
	}
	fprintf(file, "default=die] %s\n", line->module);
}

/*
 * Accounts of this machine have an account stage, others have none. In every
 * list: a public key is another way to be one. It is a user of the database
 * where a password could be: what a list does not ask has no say.
 */
static void print_account(const struct stack *s, FILE *file)
{
	char module[sizeof(s->lines[0].module)];

	if (has(s, AAA_LOCAL))
		database_module(s, "key", module, sizeof(module));
	else
		snprintf(module, sizeof(module), "%s/pam_vtymux.so key",
			 s->paths->modules);
	fprintf(file, "account [success=ignore default=die] %s\n", module);
	fprintf(file,  "account [success=ignore user_unknown=2 default=die] "
		"%s/pam_vtymux.so is system\n"
		"account [success=1 default=die] pam_unix.so\n"
		"account [default=die] pam_deny.so\n", s->paths->modules);
	fputs("account [success=ok default=die] pam_permit.so\n", file);
}

static int print_login(struct stack *s, FILE *file)
{
	build_login(s);
	for (size_t i = 0; i < s->count; i++)
		print_line(s, i, file);
	print_account(s, file);
	return 0;
}

/* "done" ends the stack: nobody wants to know which method it was. */
static int print_enable(struct stack *s, FILE *file)
{
	struct line line;

	for (size_t i = 0; i < s->list->count; i++) {
		bool goes_on = false;

		switch (s->list->methods[i].kind) {
		case AAA_SECRET:
			goes_on = is_checked_later(s, i);
			snprintf(line.module, sizeof(line.module),
				 "%s/pam_vtymux.so enable secrets=%s/enable",
				 s->paths->modules, s->paths->conf);
			break;
		case AAA_GROUP:
			group_module(s, i, " service=enable", &line);
			break;
		case AAA_NONE:
			strcpy(line.module, "pam_permit.so");
			break;
		default:
			return -EINVAL;
		}
		fprintf(file, "auth [success=done authinfo_unavail=ignore "
			"%sdefault=die] %s\n",
			goes_on ? "user_unknown=ignore " : "", line.module);
	}
	fputs("auth [default=die] pam_deny.so\n"
	      "account [success=done default=die] pam_permit.so\n", file);
	return 0;
}

/* "done" ends the stack, so authorization needs no pads. */
static int print_authorization(struct stack *s, FILE *file)
{
	bool exec = s->list->service == AAA_EXEC;
	const char *word = exec ? "exec" : "reverse";
	struct line line;

	for (size_t i = 0; i < s->list->count; i++) {
		const char *name = method_name(s, i);

		if (s->list->methods[i].kind == AAA_SYSTEM)
			return -EINVAL;
		if (!strcmp(name, "tacacs+"))
			group_module(s, i, exec ? " service=exec" :
				     " service=reverse", &line);
		else
			snprintf(line.module, sizeof(line.module),
				 "%s/pam_vtymux.so %s %s users=%s/users",
				 s->paths->modules, word, name,
				 s->paths->conf);
		fprintf(file, "account [success=done authinfo_unavail=ignore "
			"default=die] %s\n", line.module);
	}
	fputs("account [default=die] pam_deny.so\n", file);
	fputs("auth [default=die] pam_deny.so\n", file);
	return 0;
}

static bool is_good(const struct aaa_list *list)
{
	if (!list->count || list->count > AAA_METHODS_MAX)
		return false;
	for (size_t i = 0; i < list->count; i++) {
		if (list->methods[i].kind == AAA_NONE && i + 1 < list->count)
			return false;
		if (list->methods[i].kind == AAA_IF_AUTHENTICATED &&
		    list->service == AAA_LOGIN)
			return false;
		if (list->methods[i].kind == AAA_SECRET &&
		    list->service != AAA_ENABLE)
			return false;
		for (size_t j = 0; j < i; j++)
			if (list->methods[i].kind == list->methods[j].kind &&
			    !strcmp(list->methods[i].group,
				    list->methods[j].group))
				return false;
	}
	return true;
}

int stack_print(const struct aaa_config *config, const struct aaa_list *list,
		const struct stack_paths *paths, FILE *file)
{
	struct stack s = { .config = config, .list = list, .paths = paths };
	int r;

	if (!is_good(list))
		return -EINVAL;
	r = list->service == AAA_LOGIN ? print_login(&s, file) :
	    list->service == AAA_ENABLE ? print_enable(&s, file) :
		print_authorization(&s, file);
	if (r)
		return r;
	fputs("password [default=die] pam_deny.so\n"
	      "session [default=die] pam_deny.so\n", file);
	return ferror(file) ? -EIO : 0;
}
