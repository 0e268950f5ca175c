using System.Diagnostics;
using Loadstone.ServiceHost;
using MassTransit;

namespace Loadstone.Analysis;

/// <summary>Tells the scheduler of judgements, in order, at least once.</summary>
public sealed class Announcer(IPublishEndpoint bus) : ISubscription
{
    public async Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        foreach (var e in page.Events)
        {
            using var span = ActivityContext.TryParse(e.GetHeader("traceparent")?.ToString(), null, isRemote: true, out var parent)
                ? Telemetry.Spans.StartActivity($"announce {e.EventTypeName}", ActivityKind.Producer, parent)
                : null;
            if (e.Data is RunJudged judged)
                await bus.Publish(new Contracts.ExecutionAnalyzed(judged.Id, judged.Verdict, judged.Figures, judged.Peaks, judged.At), cancellationToken);
        }

        return NullChangeListener.Instance;
    }
}
