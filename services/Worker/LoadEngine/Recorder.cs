using Loadstone.Measurement;

namespace Loadstone.LoadEngine;

/// <summary>How a request ended.</summary>
internal enum Outcome
{
    Ok,
    Failed,
    TimedOut,
    Aborted,
}

/// <summary>
/// Where virtual users record: a stripe for each lane, written by the lane's thread alone. Each stripe has two sets of
/// counters. Once a second its lane cuts it: everything recorded before belongs to that second, everything after to the next,
/// and as a request is sent and ends in one lane, no outcome is ever in an earlier second than its send.
/// </summary>
internal sealed class Recorder
{
    private readonly OperationWindow[] _blanks;

    /// <param name="operations">Empty windows, one for each operation; requests name them by their index.</param>
    /// <param name="stripes">How many stripes there are.</param>
    public Recorder(IEnumerable<OperationWindow> operations, int stripes)
    {
        _blanks = [.. operations];
        Stripes = [.. Enumerable.Range(0, stripes).Select(_ => new Stripe(_blanks))];
    }

    /// <summary>A blank window of each operation, at its index.</summary>
    public IReadOnlyList<OperationWindow> Operations => _blanks;

    /// <summary>A stripe for each lane.</summary>
    public IReadOnlyList<Stripe> Stripes { get; }

    /// <summary>Adds what a stripe recorded to a window, clears it, and gives it back to the stripe. Called by the reporter only.</summary>
    public void Merge(int stripe, Counters cut, MetricWindow window)
    {
        cut.AddTo(window, _blanks);
        cut.Clear();
        Stripes[stripe].GiveBack(cut);
    }

    /// <summary>One second's counters of one stripe.</summary>
    internal sealed class Counters(int operations)
    {
        public readonly OperationWindow?[] Operations = new OperationWindow?[operations];
        public readonly Histogram Lag = new();
        public IterationCounts Iterations;

        public void AddTo(MetricWindow window, OperationWindow[] blanks)
        {
            window.Iterations += Iterations;
            window.Lag.Add(Lag);
            for (var i = 0; i < blanks.Length; i++)
            {
                if (Operations[i] is { } recorded)
                    window.For(blanks[i]).Add(recorded);
            }
        }

        public void Clear()
        {
            Iterations = default;
            Lag.Clear();
            foreach (var operation in Operations)
                operation?.Clear();
        }
    }

    internal sealed class Stripe(OperationWindow[] blanks)
    {
        private Counters _active = new(blanks.Length);

        // Handed from the reporter to the lane.
        private Counters? _spare = new(blanks.Length);

        /// <summary>Books a send. Lag is what the generator itself was late by.</summary>
        public void Sent(int operation, long bytes, long lagNs)
        {
            var window = Of(operation);
            window.Sent++;
            window.BytesSent += bytes;
            _active.Lag.Record(lagNs);
        }

        public void Ended(int operation, in RequestResult result)
        {
            var window = Of(operation);
            window.BytesReceived += result.BytesReceived;
            window.ChecksPassed += result.ChecksPassed;
            window.ChecksFailed += result.ChecksFailed;
            if (result.Status > 0)
                window.CountStatus(result.Status);
            if (result.Error is not null)
                window.CountError(result.Error);
            Book(window, result);
        }

        /// <summary>Books a request that was due and that nobody may send.</summary>
        public void Refused(int operation, string error)
        {
            var window = Of(operation);
            window.Refused++;
            window.CountError(error);
        }

        /// <summary>Books a request that waits for the ceiling.</summary>
        public void Held(int operation) => Of(operation).Held++;

        /// <summary>Books a check that belongs to no single request.</summary>
        public void Checked(int operation, bool passed)
        {
            var window = Of(operation);
            window.ChecksPassed += passed ? 1 : 0;
            window.ChecksFailed += passed ? 0 : 1;
        }

        /// <summary>Books a message that came in.</summary>
        public void Received(int operation, long bytes)
        {
            var window = Of(operation);
            window.MessagesReceived++;
            window.BytesReceived += bytes;
        }

        public void Iteration(in IterationCounts counts) => _active.Iterations += counts;

        /// <summary>Ends a second. Returns what was recorded in it, to be given back by <see cref="Merge"/>.</summary>
        public Counters Cut()
        {
            var cut = _active;
            // The reporter has had a second to give the other set back. If it has not, we go on with a new one.
            _active = Interlocked.Exchange(ref _spare, null) ?? new Counters(blanks.Length);
            return cut;
        }

        public void GiveBack(Counters cleared) => Volatile.Write(ref _spare, cleared);

        private OperationWindow Of(int operation) => _active.Operations[operation] ??= blanks[operation].Empty();

        private static void Book(OperationWindow window, in RequestResult result)
        {
            switch (result.Outcome)
            {
                case Outcome.Ok:
                    window.Ok++;
                    break;
                case Outcome.Failed:
                    window.Failed++;
                    break;
                case Outcome.TimedOut:
                    window.TimedOut++;
                    break;
                default:
                    window.Aborted++;
                    return;
            }

            window.Phases.Record(result.Phases);
            window.Response.Record(result.ResponseNs);
            window.Service.Record(result.ServiceNs);
        }
    }
}

/// <summary>One request, as it is booked when it ends.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Status">The answer's status; 0 without an answer.</param>
/// <param name="Error">The name of the error; null when all was well.</param>
/// <param name="ResponseNs">From the due time to the end.</param>
/// <param name="ServiceNs">From the send to the end.</param>
/// <param name="BytesReceived">Bytes of the answer.</param>
/// <param name="ChecksPassed">Checks that held.</param>
/// <param name="ChecksFailed">Checks that did not.</param>
internal readonly record struct RequestResult(
    Outcome Outcome, int Status, string? Error, long ResponseNs, long ServiceNs, long BytesReceived, int ChecksPassed, int ChecksFailed)
{
    /// <summary>Where the time went.</summary>
    public PhaseTimes Phases { get; init; }
}
