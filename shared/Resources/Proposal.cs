using Loadstone.Plans;
using Loadstone.ServiceHost;
using Microsoft.AspNetCore.Http;

namespace Loadstone.Resources;

/// <summary>A body that was read without an error and is about to be kept, with all that may be held against it.</summary>
/// <typeparam name="TResource">The resource with its state.</typeparam>
/// <typeparam name="TBody">What its author writes.</typeparam>
/// <param name="Body">The new body.</param>
/// <param name="Before">The resource as it is now; null when it is to be created.</param>
/// <param name="Session">Where the service keeps its resources.</param>
/// <param name="Http">The request.</param>
/// <param name="Errors">Takes what is wrong, by wire path.</param>
public sealed record Proposal<TResource, TBody>(TBody Body, TResource? Before, IQuerySession Session, HttpContext Http, DocumentErrors Errors)
    where TResource : Resource
    where TBody : class
{
    /// <summary>Who proposes it.</summary>
    public Caller Caller => InternalIdentity.CallerOf(Http);
}
