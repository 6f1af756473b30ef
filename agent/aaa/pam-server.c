// SPDX-License-Identifier: GPL-2.0-only
/*
 * pam_vtymux_radius.so and pam_vtymux_tacplus.so: one source, MODULE_PROTOCOL
 * tells which. Arguments: conf=FILE (servers.h), budget=SECONDS for all
 * servers, dead=DIR (dead.h), service=exec|reverse for the account stage,
 * service=enable for authentication to the level in VTYMUX_ENABLE.
 *
 * AUTHINFO_UNAVAIL means that no server said anything that counts, and nothing
 * else does: a fault of ours or of the configuration is SYSTEM_ERR, which no
 * list of methods falls through.
 */
#include "module.h"

#include <errno.h>
#include <security/pam_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "dead.h"
#include "exchange.h"
#include "path.h"
#include "users.h"

#define BUDGET_DEFAULT	60	/* seconds */
#define GRACE		3000	/* ms that the child may take longer */

/* One call of a module; wiped when it is over. */
struct call {
	pam_handle_t *h;
	const char *dead;	/* directory, or NULL */
	struct exchange_request req;
	struct exchange_reply reply;
};

static int fault(struct call *c, const char *what, int error)
{
	pam_syslog(c->h, LOG_ERR, "%s: %s", what, strerror(error));
	return PAM_SYSTEM_ERR;
}

/* Everything but the question. Return: a PAM code. */
static int prepare(struct call *c, int argc, const char **argv)
{
	const char *conf = module_arg(argc, argv, "conf");
	long budget = module_number(argc, argv, "budget", BUDGET_DEFAULT);
	struct exchange_request *req = &c->req;
	int r;

	if (!conf || budget < 1 || budget > 600)
		return fault(c, "arguments of the module", EINVAL);
	c->dead = module_arg(argc, argv, "dead");
	r = servers_load(conf, &req->servers);
	if (r)
		return fault(c, conf, -r);
	for (uint32_t i = 0; i < req->servers.count; i++)
		if (req->servers.list[i].protocol != MODULE_PROTOCOL)
			return fault(c, conf, EPROTOTYPE);
	req->budget = (uint32_t)budget * 1000;
	req->line = module_line(c->h);
	snprintf(req->user, sizeof(req->user), "%s",
		 module_item(c->h, PAM_USER));
	snprintf(req->peer, sizeof(req->peer), "%s",
		 module_item(c->h, PAM_RHOST));
	/* As IOS numbers them: a line is ttyN, whatever its kind. */
	if (req->line)
		snprintf(req->port, sizeof(req->port), "tty%u", req->line);
	else
		snprintf(req->port, sizeof(req->port), "%.*s",
			 EXCHANGE_PORT_MAX, module_item(c->h, PAM_TTY));
	if (gethostname(req->host, sizeof(req->host) - 1) < 0)
		req->host[0] = '\0';
	if (c->dead)
		req->skip = dead_servers(c->dead, &req->servers);
	return PAM_SUCCESS;
}

/* Return: a PAM code; then the answer is in the request. */
static int ask_user(struct call *c)
{
	const char *text = *c->reply.text ? c->reply.text : "Response: ";
	char *answer = NULL;
	int r = pam_prompt(c->h, c->reply.echo ? PAM_PROMPT_ECHO_ON :
			   PAM_PROMPT_ECHO_OFF, &answer, "%s", text);

	if (r == PAM_SUCCESS && (!answer ||
				 strlen(answer) > EXCHANGE_PASSWORD_MAX))
		r = PAM_CONV_ERR;
	explicit_bzero(c->req.password, sizeof(c->req.password));
	if (r == PAM_SUCCESS)
		strcpy(c->req.password, answer);
	if (answer)
		explicit_bzero(answer, strlen(answer));
	free(answer);
	return r;
}

/* Where to look when a question could not be asked. */
static const char *explain(const struct call *c)
{
	const char *file = exchange_bad_file(&c->req.servers);

	return file ? file : "vtymux-exchange";
}

/* One question with the challenges it brings. Return: 0, a PAM code. */
static int converse(struct call *c, struct exchange *x)
{
	int wait = (int)c->req.budget + GRACE, r, answered;

	for (;;) {
		r = exchange_ask(x, &c->req, wait, &c->reply);
		if (r)
			return fault(c, explain(c), -r);
		if (c->reply.outcome != EXCHANGE_CHALLENGE)
			return PAM_SUCCESS;
		answered = ask_user(c);
		c->req.kind = answered == PAM_SUCCESS ? EXCHANGE_ANSWER :
			      EXCHANGE_ABORT;
		if (answered == PAM_SUCCESS)
			continue;
		/* It tells the server; its verdict no longer matters. */
		exchange_ask(x, &c->req, GRACE, &c->reply);
		return answered;
	}
}

static int ask(struct call *c)
{
	struct exchange x = { .fd = -1 };
	char program[4096];
	int r;

	r = snprintf(program, sizeof(program), "%s/vtymux-exchange",
		     path_libexecdir());
	if (r < 0 || (size_t)r >= sizeof(program))
		return fault(c, path_libexecdir(), ENAMETOOLONG);
	r = exchange_start(&x, program);
	if (r)
		return fault(c, program, -r);
	r = converse(c, &x);
	exchange_stop(&x);
	if (r != PAM_SUCCESS)
		return r;
	if (c->dead)
		dead_update(c->dead, &c->req.servers, c->reply.silent,
			    c->reply.server);
	if (*c->reply.why)
		pam_syslog(c->h, LOG_WARNING, "%s%s", c->reply.why,
			   c->reply.outcome == EXCHANGE_ERROR ?
			   "; no server is left" : "");
	return PAM_SUCCESS;
}

static int set_number(pam_handle_t *h, const char *name, uint32_t number)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	return module_setenv(h, name, text);
}

static int set_class(struct call *c)
{
	char hex[2 * EXCHANGE_CLASS_MAX + 1];

	for (uint32_t i = 0; i < c->reply.class_len; i++)
		sprintf(hex + 2 * i, "%02x", c->reply.class[i]);
	return c->reply.class_len ? module_setenv(c->h, MODULE_CLASS, hex) :
		PAM_SUCCESS;
}

static bool has_line(const struct exchange_reply *r, unsigned int line)
{
	return r->lines[line / 8] >> line % 8 & 1;
}

/* What fits: more lines than that are a matter for "all". */
static int set_lines(struct call *c)
{
	char text[1024] = "";
	size_t at = 0;

	if (!c->reply.has_lines)
		return PAM_SUCCESS;
	for (unsigned int n = 1; n < EXCHANGE_LINES; n++)
		if (has_line(&c->reply, n) && at + 6 < sizeof(text))
			at += (size_t)sprintf(text + at, "%u ", n);
	return module_setenv(c->h, MODULE_LINES, text);
}

/* What a server's yes says about the user. Return: a PAM code. */
static int set_result(struct call *c)
{
	const struct exchange_reply *r = &c->reply;
	int p = PAM_SUCCESS;

	if (r->level != EXCHANGE_NO_LEVEL)
		p = set_number(c->h, MODULE_LEVEL, (uint32_t)r->level);
	if (p == PAM_SUCCESS && r->session_timeout != EXCHANGE_NO_TIME)
		p = set_number(c->h, MODULE_TIMEOUT, r->session_timeout);
	if (p == PAM_SUCCESS && r->idle_timeout != EXCHANGE_NO_TIME)
		p = set_number(c->h, MODULE_IDLE, r->idle_timeout);
	if (p == PAM_SUCCESS)
		p = set_class(c);
	if (p == PAM_SUCCESS)
		p = set_lines(c);
	if (p == PAM_SUCCESS && r->server < c->req.servers.count)
		p = module_setenv(c->h, MODULE_SERVER,
				  c->req.servers.list[r->server].name);
	return p;
}

static int verdict(struct call *c, int refused)
{
	if (c->reply.outcome == EXCHANGE_ERROR)
		return PAM_AUTHINFO_UNAVAIL;
	if (c->reply.outcome == EXCHANGE_FAULT)
		return PAM_SYSTEM_ERR;
	if (*c->reply.text)
		pam_info(c->h, "%s", c->reply.text);
	return c->reply.outcome == EXCHANGE_PASS ? set_result(c) : refused;
}

/* A server that names a level means that one: less is not what was asked for. */
static int verdict_enable(struct call *c)
{
	int r = verdict(c, PAM_AUTH_ERR);

	if (r == PAM_SUCCESS && c->reply.level != EXCHANGE_NO_LEVEL &&
	    (uint32_t)c->reply.level < c->req.level)
		r = PAM_PERM_DENIED;
	return r;
}

/* What is asked: a login, or with service=enable a level. Return: PAM code. */
static int set_kind(struct call *c, int argc, const char **argv)
{
	const char *service = module_arg(argc, argv, "service");

	c->req.kind = EXCHANGE_LOGIN;
	c->req.level = 1;
	if (!service)
		return PAM_SUCCESS;
	c->req.kind = EXCHANGE_ENABLE;
	c->req.level = module_target(c->h);
	return strcmp(service, "enable") || !c->req.level ?
		fault(c, "arguments of the module", EINVAL) : PAM_SUCCESS;
}

static int authenticate(struct call *c, int argc, const char **argv)
{
	const char *user = NULL, *password = NULL;
	int r = pam_get_user(c->h, &user, NULL);

	if (r == PAM_SUCCESS)
		r = prepare(c, argc, argv);
	if (r == PAM_SUCCESS)
		r = set_kind(c, argc, argv);
	/* Everybody is asked, whatever his name. */
	if (r == PAM_SUCCESS)
		r = pam_get_authtok(c->h, PAM_AUTHTOK, &password, "Password: ");
	if (r != PAM_SUCCESS)
		return r;
	if (!users_name_ok(user) || !*password ||
	    strlen(password) > EXCHANGE_PASSWORD_MAX)
		return PAM_AUTH_ERR;
	strcpy(c->req.password, password);
	r = ask(c);
	if (r != PAM_SUCCESS)
		return r;
	return c->req.kind == EXCHANGE_ENABLE ? verdict_enable(c) :
		verdict(c, PAM_AUTH_ERR);
}

int pam_sm_authenticate(pam_handle_t *h, int flags, int argc, const char **argv)
{
	struct call *c = calloc(1, sizeof(*c));
	int r;

	(void)flags;
	if (!c)
		return PAM_BUF_ERR;
	c->h = h;
	r = authenticate(c, argc, argv);
	explicit_bzero(c, sizeof(*c));
	free(c);
	return r;
}

int pam_sm_setcred(pam_handle_t *h, int flags, int argc, const char **argv)
{
	(void)h;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

/*
 * No port at all permits all lines. Without a line the caller asks for the
 * list, and what is in the environment from the login no longer counts.
 */
static int judge_line(const struct call *c)
{
	if (!c->reply.has_lines && pam_getenv(c->h, MODULE_LINES))
		return pam_putenv(c->h, MODULE_LINES);
	return !c->reply.has_lines || !c->req.line ||
	       has_line(&c->reply, c->req.line) ? PAM_SUCCESS : PAM_PERM_DENIED;
}

static int authorize(struct call *c, int argc, const char **argv)
{
	const char *service = module_arg(argc, argv, "service");
	int r = prepare(c, argc, argv);

	if (r != PAM_SUCCESS)
		return r;
	if (MODULE_PROTOCOL != SERVER_TACPLUS || !service)
		return fault(c, "arguments of the module", EINVAL);
	if (!strcmp(service, "exec"))
		c->req.kind = EXCHANGE_EXEC;
	else if (!strcmp(service, "reverse"))
		c->req.kind = EXCHANGE_REVERSE;
	else
		return fault(c, service, EINVAL);
	if (!users_name_ok(c->req.user))
		return PAM_PERM_DENIED;
	c->req.method = exchange_method(pam_getenv(c->h, MODULE_METHOD));
	c->req.level = 1;
	r = ask(c);
	if (r == PAM_SUCCESS)
		r = verdict(c, PAM_PERM_DENIED);
	if (r == PAM_SUCCESS && c->req.kind == EXCHANGE_REVERSE)
		r = judge_line(c);
	return r;
}

int pam_sm_acct_mgmt(pam_handle_t *h, int flags, int argc, const char **argv)
{
	struct call *c = calloc(1, sizeof(*c));
	int r;

	(void)flags;
	if (!c)
		return PAM_BUF_ERR;
	c->h = h;
	r = authorize(c, argc, argv);
	explicit_bzero(c, sizeof(*c));
	free(c);
	return r;
}
