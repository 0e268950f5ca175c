using System.Linq.Expressions;
using System.Reflection;

namespace Loadstone.EventStore;

/// <summary>
/// Finds and compiles the handlers of an aggregate: constructors that take one event, and methods named Create, Apply and
/// ShouldDelete on the aggregate, or on its projection if there is one. A handler takes the event, as E or IEvent&lt;E&gt;, and where
/// it is not an instance method of the aggregate also the aggregate.
/// </summary>
internal static class AggregateConventions
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.FlattenHierarchy;

    public static IReadOnlyList<EventHandling> Find(Type aggregateType, object? projection)
    {
        var methods = (projection?.GetType() ?? aggregateType).GetMethods(Everything)
            .Where(method => method.Name is "Create" or "Apply" or "ShouldDelete" && !method.IsSpecialName)
            .Select(method => Handler.Of(method, aggregateType, projection));
        var constructors = projection is null
            ? aggregateType.GetConstructors().Where(TakesOneEvent).Select(constructor => Handler.Of(constructor))
            : [];
        return [.. methods.Concat(constructors).GroupBy(handler => handler.EventType).Select(group => Compile(aggregateType, group))];

        bool TakesOneEvent(ConstructorInfo constructor) =>
            constructor.GetParameters() is [var only] && only.ParameterType != aggregateType && Handler.MayBeEvent(only.ParameterType);
    }

    private static EventHandling Compile(Type aggregateType, IGrouping<Type, Handler> handlers)
    {
        var create = Single(aggregateType, handlers, "Create");
        var apply = Single(aggregateType, handlers, "Apply");
        if (create is not null && apply is not null)
            throw new InvalidProjectionException($"{aggregateType} has both Create and Apply for {handlers.Key}: keep one");
        return new EventHandling(handlers.Key)
        {
            Create = create?.Compile<Func<IEvent, object>>(),
            Apply = apply?.Compile<Func<IEvent, object, object>>(),
            ShouldDelete = Single(aggregateType, handlers, "ShouldDelete")?.Compile<Func<IEvent, object, bool>>(),
        };
    }

    private static Handler? Single(Type aggregateType, IEnumerable<Handler> handlers, string name)
    {
        var found = handlers.Where(handler => string.Equals(handler.Name, name, StringComparison.Ordinal)).ToList();
        return found.Count <= 1
            ? found.FirstOrDefault()
            : throw new InvalidProjectionException($"{aggregateType} has {name} for {found[0].EventType} more than once");
    }

    /// <summary>One constructor or method, and how to call it with an event and an aggregate.</summary>
    private sealed class Handler
    {
        private readonly ParameterExpression _event = Expression.Parameter(typeof(IEvent), "e");
        private readonly ParameterExpression _aggregate = Expression.Parameter(typeof(object), "aggregate");
        private Expression? _call;

        private Handler(string name, Type eventType) => (Name, EventType) = (name, eventType);

        public string Name { get; }

        public Type EventType { get; }

        public static Handler Of(ConstructorInfo constructor)
        {
            var parameter = constructor.GetParameters()[0].ParameterType;
            var handler = new Handler("Create", UnwrapEvent(parameter));
            handler._call = Expression.New(constructor, handler.EventAs(parameter));
            return handler;
        }

        public static Handler Of(MethodInfo method, Type aggregateType, object? projection)
        {
            var parameters = method.GetParameters().Select(parameter => parameter.ParameterType).ToList();
            var events = parameters.Where(type => type != aggregateType && MayBeEvent(type)).ToList();
            if (!method.IsPublic || method.IsGenericMethod || events.Count != 1 || parameters.Count > 2
                || (parameters.Count == 2 && !parameters.Contains(aggregateType)))
                throw Unknown(method);

            var handler = new Handler(method.Name, UnwrapEvent(events[0]));
            var aggregate = Expression.Convert(handler._aggregate, aggregateType);
            var receiver = method.IsStatic ? null : projection is null ? (Expression)aggregate : Expression.Constant(projection);
            var arguments = parameters.Select(type => type == aggregateType ? aggregate : handler.EventAs(type));
            handler._call = handler.Result(method, Expression.Call(receiver, method, arguments), aggregateType, projection);
            return handler;
        }

        public static bool MayBeEvent(Type type) =>
            !type.IsValueType && type != typeof(string)
            && (type.Namespace?.StartsWith("System", StringComparison.Ordinal) != true);

        public TDelegate Compile<TDelegate>() =>
            typeof(TDelegate) == typeof(Func<IEvent, object>)
                ? Expression.Lambda<TDelegate>(_call!, _event).Compile()
                : Expression.Lambda<TDelegate>(_call!, _event, _aggregate).Compile();

        private Expression Result(MethodInfo method, Expression call, Type aggregateType, object? projection)
        {
            var takesAggregate = method.GetParameters().Any(parameter => parameter.ParameterType == aggregateType)
                || (!method.IsStatic && projection is null);
            return (method.Name, takesAggregate) switch
            {
                ("Create", false) when method.ReturnType == aggregateType => Expression.Convert(call, typeof(object)),
                ("Apply", true) when method.ReturnType == aggregateType => Expression.Convert(call, typeof(object)),
                ("Apply", true) when method.ReturnType == typeof(void) && !aggregateType.IsValueType => Expression.Block(call, _aggregate),
                ("ShouldDelete", _) when method.ReturnType == typeof(bool) => call,
                _ => throw Unknown(method),
            };
        }

        private UnaryExpression EventAs(Type parameter) => IsWrapped(parameter)
            ? Expression.Convert(_event, parameter)
            : Expression.Convert(Expression.Property(_event, nameof(IEvent.Data)), parameter);

        private static bool IsWrapped(Type parameter) =>
            parameter.IsGenericType && parameter.GetGenericTypeDefinition() == typeof(IEvent<>);

        private static Type UnwrapEvent(Type parameter) => IsWrapped(parameter) ? parameter.GetGenericArguments()[0] : parameter;

        private static InvalidProjectionException Unknown(MethodInfo method) => new(
            $"{method.DeclaringType}: '{method}' is not a handler. Handlers are public: Create(E), Apply(E[, aggregate]) and "
            + "ShouldDelete(E[, aggregate]), where E is an event or IEvent<event>");
    }
}
