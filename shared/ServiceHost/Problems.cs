using Loadstone.Plans;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Loadstone.ServiceHost;

/// <summary>Something the caller asked for and cannot have, with the status and the one sentence that say so.</summary>
/// <param name="status">The HTTP status, 400 to 499, or 502 to 504 when another service is away.</param>
/// <param name="sentence">One sentence for a person; no secret, no stack trace.</param>
/// <param name="errors">The bad fields, by wire path.</param>
public sealed class RefusalException(int status, string sentence, IReadOnlyDictionary<string, string[]>? errors = null) : Exception(sentence)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>The bad fields by wire path; null when no single field is to blame.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; } = errors;

    /// <summary>404 for a thing of some kind.</summary>
    public static RefusalException NotFound(string kind, object id) => new(StatusCodes.Status404NotFound, $"There is no {kind} {id}.");

    /// <summary>409 because the thing's state does not allow it.</summary>
    public static RefusalException Conflict(string sentence) => new(StatusCodes.Status409Conflict, sentence);

    /// <summary>400 for one bad field.</summary>
    public static RefusalException Field(string path, string message) =>
        new(StatusCodes.Status400BadRequest, $"{path} {message}.", new Dictionary<string, string[]> { [path] = [message] });

    /// <summary>400 naming every bad field; nothing when there is none.</summary>
    public static void ThrowIfAny(DocumentErrors errors)
    {
        if (errors.None)
            return;
        var first = errors.All[0];
        var more = errors.All.Count > 1 ? $" (and {errors.All.Count - 1} more)" : "";
        throw new RefusalException(StatusCodes.Status400BadRequest, $"{(first.Path.Length == 0 ? "The body" : first.Path)} {first.Message}{more}.", errors.ByPath());
    }
}

/// <summary>Failures as problem details (RFC 9457) that also carry <c>success: false</c> and <c>error</c>, one sentence.</summary>
public static class Problems
{
    internal static IServiceCollection AddProblemAnswers(this IServiceCollection services) =>
        services.AddProblemDetails(options => options.CustomizeProblemDetails = context => Complete(context.ProblemDetails));

    internal static void UseProblemAnswers(this WebApplication app)
    {
        app.UseExceptionHandler(handler => handler.Run(AnswerException));
        app.UseStatusCodePages(context => WriteAsync(context.HttpContext, Sentence(context.HttpContext)));
    }

    /// <summary>Answers with a problem.</summary>
    public static Task WriteAsync(HttpContext context, RefusalException refusal)
    {
        context.Response.StatusCode = refusal.Status;
        if (refusal.Status == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        if (refusal.Status >= StatusCodes.Status502BadGateway)
            context.Response.Headers.RetryAfter = "2";
        var problem = new ProblemDetails { Status = refusal.Status, Title = ReasonPhrases.GetReasonPhrase(refusal.Status), Detail = refusal.Message };
        if (refusal.Errors is not null)
            problem.Extensions["errors"] = refusal.Errors;
        Complete(problem);
        return context.Response.WriteAsJsonAsync(problem, options: null, contentType: "application/problem+json", context.RequestAborted);
    }

    private static Task AnswerException(HttpContext context)
    {
        var error = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        var refusal = Translate(error);
        if (refusal.Status == StatusCodes.Status500InternalServerError)
            context.RequestServices.GetRequiredService<ILogger<ProblemDetails>>().LogError(error, "{Method} {Path} failed", context.Request.Method, context.Request.Path);
        return WriteAsync(context, refusal);
    }

    // Whatever is not meant for the caller stays in the log: no message, no type, no stack trace.
    private static RefusalException Translate(Exception? error) => error switch
    {
        RefusalException refusal => refusal,
        BadHttpRequestException bad => new RefusalException(bad.StatusCode, SentenceFor(bad.StatusCode) ?? "The request is malformed."),
        OperationCanceledException or TimeoutException => new RefusalException(StatusCodes.Status504GatewayTimeout, "It took too long; try again."),
        Npgsql.NpgsqlException { IsTransient: true } => new RefusalException(StatusCodes.Status503ServiceUnavailable, "The database is away; try again."),
        // A body in chunks whose lengths are no numbers.
        IOException { InnerException: OverflowException } => new RefusalException(StatusCodes.Status400BadRequest, "The request is malformed."),
        HttpRequestException => new RefusalException(StatusCodes.Status503ServiceUnavailable, "Another service is away; try again."),
        _ => new RefusalException(StatusCodes.Status500InternalServerError, "Something went wrong here; it has been logged."),
    };

    private static RefusalException Sentence(HttpContext context) => new(context.Response.StatusCode, context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => $"There is nothing at {context.Request.Path}.",
        StatusCodes.Status405MethodNotAllowed => $"{context.Request.Method} is not allowed at {context.Request.Path}.",
        var status => SentenceFor(status) ?? ReasonPhrases.GetReasonPhrase(status) + ".",
    });

    private static string? SentenceFor(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => "The body is too large.",
        StatusCodes.Status415UnsupportedMediaType => "The body must be application/json.",
        StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable => "A service of the platform is away; try again.",
        StatusCodes.Status504GatewayTimeout => "It took too long; try again.",
        _ => null,
    };

    private static void Complete(ProblemDetails problem)
    {
        problem.Type ??= "about:blank";
        problem.Extensions["success"] = false;
        problem.Extensions["error"] = problem.Detail ?? problem.Title;
    }
}
