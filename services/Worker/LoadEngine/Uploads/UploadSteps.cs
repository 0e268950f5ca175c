using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Loadstone.LoadEngine.Http;
using Loadstone.LoadEngine.Steps;
using Loadstone.Plans;

namespace Loadstone.LoadEngine.Uploads;

/// <summary>Where the requests of an upload are measured.</summary>
/// <param name="Begin">The request that announces the file.</param>
/// <param name="Chunk">Those that send it.</param>
/// <param name="Complete">The one that ends it.</param>
internal readonly record struct UploadParts(int Begin, int Chunk, int Complete);

/// <summary>An upload, measured as a whole. One that fails ends there, but whether the iteration ends with it is for the plan to say.</summary>
internal sealed class UploadOperation(GroupOperation whole) : Operation
{
    public override async ValueTask<StepOutcome> RunAsync(VirtualUser user, long dueNs)
    {
        var outcome = await whole.RunAsync(user, dueNs);
        user.Upload = null;
        return outcome with { EndsIteration = outcome.EndsIteration && user.IsOver };
    }
}

/// <summary>The steps an upload is made of: the file is made up, announced, sent chunk by chunk, ended, and verified.</summary>
internal static class UploadSteps
{
    private static readonly Waiting NoPause = new(DurationDistribution.Always(TimeSpan.Zero));

    /// <param name="parts">Where it is measured.</param>
    /// <param name="step">The step.</param>
    /// <param name="data">Where its templates draw from.</param>
    /// <param name="scenario">The scenario it belongs to.</param>
    /// <param name="origins">Where it may send.</param>
    public static StepSequence Of(UploadParts parts, UploadStep step, PlanData data, string scenario, Origins origins)
    {
        // Uploads beside one another share the user's variables, so each step has its own.
        var names = Names.Of(data.Slots);
        int SlotOf(string name) => data.SlotOf(scenario, name);
        HttpOperation Request(int index, HttpStep request, bool sendsChunk = false) =>
            new(index, request with { Headers = step.Headers, Timeout = step.Timeout }, data, scenario, origins, sendsChunk) { Think = NoPause, Critical = true };

        // Each takes its places before the next one's templates ask for them.
        var make = new MakeFile(step, SlotOf(names.Hash)) { Think = NoPause, Critical = true };
        var begin = Request(parts.Begin, Beginning(step, names));
        var number = SlotOf(names.Number);
        var chunk = Request(parts.Chunk, new HttpStep { Method = "PUT", Path = $"{step.Path}/{{{{{names.Id}}}}}/chunks/{{{{{names.Number}}}}}" }, sendsChunk: true);
        var complete = Request(parts.Complete, Ending(step, names));
        var verify = new VerifyFile(parts.Complete, step, SlotOf(names.ReceivedSize), SlotOf(names.Hash), SlotOf(names.ReceivedHash)) { Think = NoPause, Critical = true };
        return new StepSequence(make, begin, new SendChunks(chunk, number) { Think = NoPause, Critical = true }, complete, verify);
    }

    private static HttpStep Beginning(UploadStep step, Names names) => new()
    {
        Method = "POST",
        Path = step.Path,
        Json = new JsonObject { ["name"] = step.FileName, ["size"] = step.Size, ["sha256"] = "{{" + names.Hash + "}}" },
        Extract = new Dictionary<string, Extraction> { [names.Id] = new() { Json = "$.id" } },
    };

    private static HttpStep Ending(UploadStep step, Names names) => new()
    {
        Method = "POST",
        Path = $"{step.Path}/{{{{{names.Id}}}}}/complete",
        Extract = !step.Verify ? null : new Dictionary<string, Extraction>
        {
            [names.ReceivedSize] = new() { Json = "$.received" },
            [names.ReceivedHash] = new() { Json = "$.sha256" },
        },
    };

    /// <summary>The variables of one upload step.</summary>
    private readonly record struct Names(string Id, string Number, string Hash, string ReceivedSize, string ReceivedHash)
    {
        public static Names Of(int number) => new(
            $"upload{number}.id", $"upload{number}.chunk", $"upload{number}.sha256", $"upload{number}.received_size", $"upload{number}.received_sha256");
    }

    // Hashing a file takes longer than a loop may be held.
    private sealed class MakeFile(UploadStep step, int hashSlot) : Operation
    {
        public override async ValueTask<StepOutcome> RunAsync(VirtualUser user, long dueNs)
        {
            var file = new UploadFile(step.Size, (int)step.ChunkSize, user.Random.Next());
            (user.Upload, user.Variables[hashSlot]) = (file, await user.Lane.Loop.ElsewhereAsync(file.Sha256));
            // What it took is not the target's: the first request is due when the file is there.
            return new StepOutcome(user.NowNs, Failed: false);
        }
    }

    private sealed class SendChunks(HttpOperation chunk, int numberSlot) : Operation
    {
        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        public override async ValueTask<StepOutcome> RunAsync(VirtualUser user, long dueNs)
        {
            var (file, outcome) = (user.Upload!, new StepOutcome(dueNs, Failed: false));
            for (file.Chunk = 0; file.Chunk < file.Chunks && !outcome.Failed; file.Chunk++)
            {
                if (user.IsOver)
                    return outcome with { EndsIteration = true };
                user.Variables[numberSlot] = file.Chunk.ToString(CultureInfo.InvariantCulture);
                outcome = await chunk.RunAsync(user, outcome.EndNs);
            }

            return outcome;
        }
    }

    private sealed class VerifyFile(int index, UploadStep step, int sizeSlot, int hashSlot, int receivedSlot) : Operation
    {
        public override ValueTask<StepOutcome> RunAsync(VirtualUser user, long dueNs)
        {
            if (!step.Verify)
                return new(new StepOutcome(dueNs, Failed: false));
            var same = user.Variables[sizeSlot] == step.Size.ToString(CultureInfo.InvariantCulture)
                && string.Equals(user.Variables[receivedSlot], user.Variables[hashSlot], StringComparison.OrdinalIgnoreCase);
            user.Stripe.Checked(index, same);
            return new(new StepOutcome(dueNs, Failed: !same));
        }
    }
}
