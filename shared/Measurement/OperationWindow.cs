using System.Runtime.InteropServices;

namespace Loadstone.Measurement;

/// <summary>What the counts of an operation are counts of.</summary>
public enum OperationKind
{
    /// <summary>Something that was sent and had an outcome.</summary>
    Request,

    /// <summary>Several requests and the pauses between them, taken as one. They are counted themselves, so this is in no total.</summary>
    Transaction,
}

/// <summary>
/// What happened to the requests of one operation in one stretch of time: a second of one shard, or any sum of such.
/// Sends are booked in the second they were made, outcomes in the second they came, so a closed second never changes, and
/// <c>in flight before + sent = ok + failed + timed out + aborted + in flight after</c> (the ledger) holds for every stretch.
/// </summary>
/// <remarks>Not thread-safe: one writer at a time, whoever owns it.</remarks>
public sealed class OperationWindow
{
    /// <summary>The scenario the requests belong to.</summary>
    public required string Scenario { get; init; }

    /// <summary>The operation: the name of the step.</summary>
    public required string Operation { get; init; }

    /// <summary>What is counted; where other members say requests, they mean this.</summary>
    public OperationKind Kind { get; init; }

    /// <summary>The HTTP method; null for operations that have none.</summary>
    public string? Method { get; init; }

    /// <summary>The path as the plan writes it, without the query; null for operations that have none.</summary>
    public string? Path { get; init; }

    /// <summary>Requests without an outcome when the stretch began.</summary>
    public long InFlightBefore { get; set; }

    /// <summary>Requests sent.</summary>
    public long Sent { get; set; }

    /// <summary>Requests answered as they should be.</summary>
    public long Ok { get; set; }

    /// <summary>Requests answered wrongly, or broken on the way.</summary>
    public long Failed { get; set; }

    /// <summary>Requests not answered in their time.</summary>
    public long TimedOut { get; set; }

    /// <summary>Requests given up by us, because the run ended.</summary>
    public long Aborted { get; set; }

    /// <summary>
    /// Requests that were due and never sent, because they would have left the environment. They are in no other count; the
    /// error rate has them as failures.
    /// </summary>
    public long Refused { get; set; }

    /// <summary>Requests that were held back for a while, so that the run stays below its ceiling.</summary>
    public long Held { get; set; }

    /// <summary>Of the requests sent, those that another tool sent and reported; the rest the engine sent itself.</summary>
    public long External { get; set; }

    /// <summary>Checks that held.</summary>
    public long ChecksPassed { get; set; }

    /// <summary>Checks that did not hold.</summary>
    public long ChecksFailed { get; set; }

    /// <summary>Bytes written to the wire, without TLS and TCP overhead.</summary>
    public long BytesSent { get; set; }

    /// <summary>Bytes read from the wire, without TLS and TCP overhead.</summary>
    public long BytesReceived { get; set; }

    /// <summary>Messages that came in on connections of this operation, whether or not they answer anything.</summary>
    public long MessagesReceived { get; set; }

    /// <summary>Answers by status.</summary>
    public Dictionary<int, long> StatusCodes { get; init; } = [];

    /// <summary>Requests without a right answer, refused ones among them, by the name of the error.</summary>
    public Dictionary<string, long> ErrorTypes { get; init; } = [];

    /// <summary>From the due time to the outcome, aborted requests left out: what a user waits.</summary>
    public Histogram Response { get; init; } = new();

    /// <summary>From the send to the outcome, aborted requests left out: what the target takes.</summary>
    public Histogram Service { get; init; } = new();

    /// <summary>Where the time of the requests went.</summary>
    public RequestPhases Phases { get; init; } = new();

    /// <summary>Requests that have an outcome.</summary>
    public long Ended => Ok + Failed + TimedOut + Aborted;

    /// <summary>Requests without an outcome when the stretch ended.</summary>
    public long InFlightAfter => InFlightBefore + Sent - Ended;

    /// <summary>All requests that did not end well: failed, timed out and aborted.</summary>
    public long FailedRequests => Failed + TimedOut + Aborted;

    /// <summary>An empty window of the same operation.</summary>
    public OperationWindow Empty() => new() { Scenario = Scenario, Operation = Operation, Kind = Kind, Method = Method, Path = Path };

    /// <summary>Counts one answer's status.</summary>
    public void CountStatus(int status) => CollectionsMarshal.GetValueRefOrAddDefault(StatusCodes, status, out _)++;

    /// <summary>Counts one error.</summary>
    public void CountError(string type) => CollectionsMarshal.GetValueRefOrAddDefault(ErrorTypes, type, out _)++;

    /// <summary>Adds everything that happened in another window; <see cref="InFlightBefore"/> is left to the caller.</summary>
    public void Add(OperationWindow other)
    {
        Sent += other.Sent;
        Ok += other.Ok;
        Failed += other.Failed;
        TimedOut += other.TimedOut;
        Aborted += other.Aborted;
        Refused += other.Refused;
        Held += other.Held;
        External += other.External;
        ChecksPassed += other.ChecksPassed;
        ChecksFailed += other.ChecksFailed;
        BytesSent += other.BytesSent;
        BytesReceived += other.BytesReceived;
        MessagesReceived += other.MessagesReceived;
        foreach (var (status, count) in other.StatusCodes)
            CollectionsMarshal.GetValueRefOrAddDefault(StatusCodes, status, out _) += count;
        foreach (var (type, count) in other.ErrorTypes)
            CollectionsMarshal.GetValueRefOrAddDefault(ErrorTypes, type, out _) += count;
        Response.Add(other.Response);
        Service.Add(other.Service);
        Phases.Add(other.Phases);
    }

    /// <summary>Forgets everything but keeps its memory.</summary>
    public void Clear()
    {
        InFlightBefore = Sent = Ok = Failed = TimedOut = Aborted = Refused = Held = External = 0;
        ChecksPassed = ChecksFailed = BytesSent = BytesReceived = MessagesReceived = 0;
        StatusCodes.Clear();
        ErrorTypes.Clear();
        Response.Clear();
        Service.Clear();
        Phases.Clear();
    }
}
