using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tapline.Serving.Security;
using Tapline.Serving.Sql.Guard;

namespace Tapline.Serving.Http;

/// <summary>Lets requests in that may come in, and puts what goes wrong with them into the form of RFC 9457.</summary>
sealed class HttpDoor(HttpServerOptions options, ServeCounters counters, TimeProvider time, ILogger logger)
{
    const string ProblemType = "application/problem+json";

    // What a stranger may try in vain, by address.
    const string Stranger = "\nstranger ";

    readonly CallerRates _rates = new(options.RequestsPerSecond, options.RequestsAtOnce, time);

    /// <summary>Answers a request by its route.</summary>
    public async Task LetInAsync(HttpContext context, HttpRoute route)
    {
        var traceId = TraceOf(context);
        try
        {
            var caller = route.Scope is { } scope ? Admit(context, scope) : Caller.Local;
            await route.Answer(new HttpCall(context, caller, traceId));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
        }
        catch (Exception failure)
        {
            await FailAsync(context, route, failure, traceId);
        }
        finally
        {
            counters.Request(route.Path, context.Response.StatusCode);
        }
    }

    /// <summary>Answers what no route is for.</summary>
    public Task RefuseAsync(HttpContext context) => WriteAsync(
        context,
        new ProblemException(404, "not_found", "there is nothing here", "/openapi.json says what is"),
        TraceOf(context));

    Caller Admit(HttpContext context, string scope)
    {
        var caller = options.Gate.IsOpen ? LocalOf(context) : Known(context);
        if (!_rates.TryTake(caller.Name))
            throw new ProblemException(429, "rate_limit", "too many requests", "wait a moment between requests");
        return caller.Allowed.Contains(scope)
            ? caller
            : throw new ProblemException(403, "forbidden", $"this needs the scope {scope}");
    }

    Caller Known(HttpContext context)
    {
        var credential = CredentialOf(context.Request);
        if (credential is not null && options.Gate.Find(credential) is { } caller)
            return caller;
        if (!_rates.TryTake(Stranger + context.Connection.RemoteIpAddress))
            throw new ProblemException(429, "rate_limit", "too many requests", "wait a moment between requests");
        throw new ProblemException(401, "unauthorized", "this needs a key or a token that holds",
            "Authorization: Bearer …");
    }

    // A page of a stranger can make a browser of this machine send requests: they say so, or name another host.
    static Caller LocalOf(HttpContext context)
    {
        var isOurs = IsLoopback(context.Request.Host.Host)
            && context.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote)
            && (context.Request.Headers.Origin is not [{ Length: > 0 } origin, ..]
                || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && IsLoopback(page.Host)));
        return isOurs
            ? Caller.Local
            : throw new ProblemException(403, "forbidden", "without keys only this machine is answered",
                "serve.keys lets others in");
    }

    static bool IsLoopback(string host) =>
        host == "localhost"
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    static string? CredentialOf(HttpRequest request)
    {
        if (request.Headers["X-API-Key"] is [{ Length: > 0 } key])
            return key;
        return request.Headers.Authorization is [{ } header]
            && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
                ? header["Bearer ".Length..].Trim()
                : null;
    }

    async Task FailAsync(HttpContext context, HttpRoute route, Exception failure, string traceId)
    {
        var problem = failure switch
        {
            ProblemException told => told,
            SqlRefusedException refused => ProblemException.Of(refused),
            BadHttpRequestException bad => new ProblemException(bad.StatusCode, "malformed", "the request is broken"),
            _ => new ProblemException(500, "internal", "the request failed here"),
        };
        if (problem.Status >= 500 && problem.Code == "internal")
            logger.RequestFailed(failure, route.Method, route.Path, traceId);
        else if (problem.Status is 401 or 403 or 429)
            logger.RequestRefused(route.Method, route.Path, problem.Code, traceId);
        // Half an answer must not look like a whole one.
        if (!context.Response.HasStarted)
            await WriteAsync(context, problem, traceId);
        else if (context.Response.ContentType != SqlAnswer.Json)
            context.Abort();
    }

    static Task WriteAsync(HttpContext context, ProblemException problem, string traceId)
    {
        context.Response.Clear();
        if (problem.Status == 401)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        if (problem.Status is 429 or 503)
            context.Response.Headers.RetryAfter = 1.ToString(CultureInfo.InvariantCulture);
        var document = new JsonObject
        {
            ["type"] = $"urn:tapline:problem:{problem.Code}",
            ["title"] = problem.Message,
            ["status"] = problem.Status,
            ["code"] = problem.Code,
            ["trace_id"] = traceId,
        };
        if (problem.Hint is { } hint)
            document["hint"] = hint;
        return HttpCall.WriteAsync(context, document, problem.Status, ProblemType);
    }

    // The caller's own trace, where it has one (https://www.w3.org/TR/trace-context/).
    static string TraceOf(HttpContext context) =>
        context.Request.Headers.TraceParent is [{ } parent]
        && ActivityContext.TryParse(parent, null, out var trace)
            ? trace.TraceId.ToString()
            : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
