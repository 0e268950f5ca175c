using System.Globalization;
using System.Net.Sockets;
using Loadstone.ServiceHost;
using Npgsql;
using RabbitMQ.Client.Exceptions;

namespace Loadstone.Worker.Probes;

/// <summary>Why a probe was told nothing, in words that can be shown to anybody who may see the run.</summary>
internal static class ProbeFailure
{
    private const int Longest = 200;
    private const string Unknown = "it failed for a reason of its own";

    public static string InWords(Exception failure) => CausesOf(failure).Select(Known).FirstOrDefault(words => words is not null) ?? $"{Unknown} ({failure.GetType().Name})";

    /// <summary>One line, not too long, in which the password does not stand, whoever repeated it.</summary>
    public static string? WithoutSecret(string? reason, string? password)
    {
        var line = string.IsNullOrEmpty(password) ? reason : reason?.Replace(password, "***", StringComparison.Ordinal);
        line = line?.Split('\n')[0].Trim();
        return line?[..Math.Min(line.Length, Longest)];
    }

    // What others say of themselves is quoted only where it is known to be harmless.
    private static string? Known(Exception cause) => cause switch
    {
        ProbeFailedException => cause.Message,
        TargetRefusedException => $"it {cause.Message}",
        PostgresException refused => $"it refused: {refused.MessageText} ({refused.SqlState})",
        SocketException => cause.Message,
        AuthenticationFailureException => "it does not let the user in",
        System.Security.Authentication.AuthenticationException => "the TLS handshake failed",
        OperationCanceledException or TimeoutException => string.Create(CultureInfo.InvariantCulture, $"it did not answer within {TargetProber.Patience.TotalSeconds} s"),
        EndOfStreamException => "it closed the connection",
        HttpRequestException { HttpRequestError: var error } when error != HttpRequestError.Unknown && cause.InnerException is null => $"it does not speak HTTP as it should ({error})",
        FormatException => $"what it is asked for {cause.Message}",
        _ => null,
    };

    private static IEnumerable<Exception> CausesOf(Exception? failure) => failure switch
    {
        null => [],
        AggregateException many => many.InnerExceptions.SelectMany(CausesOf),
        _ => [failure, .. CausesOf(failure.InnerException)],
    };
}
