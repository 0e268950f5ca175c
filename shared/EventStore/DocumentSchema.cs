using System.Linq.Expressions;
using System.Reflection;

namespace Loadstone.EventStore;

/// <summary>The documents of a store.</summary>
public sealed class DocumentSchema
{
    private readonly StoreOptions _options;

    internal DocumentSchema(StoreOptions options) => _options = options;

    /// <summary>Declares a document, so that its table is made with the others.</summary>
    public DocumentMappingExpression<T> For<T>()
        where T : notnull =>
        new(_options.Document(typeof(T)));
}

/// <summary>Details of one type of document.</summary>
public sealed class DocumentMappingExpression<T>
    where T : notnull
{
    private readonly DocumentMapping _mapping;

    internal DocumentMappingExpression(DocumentMapping mapping) => _mapping = mapping;

    /// <summary>An index on the expression that finds one member in the stored JSON.</summary>
    /// <param name="expression">A member of the document itself: text, number, boolean, enum, Guid or DateTimeOffset.</param>
    /// <exception cref="NotSupportedException">Anything deeper than a member of the document.</exception>
    public DocumentMappingExpression<T> Index(Expression<Func<T, object?>> expression)
    {
        var body = expression.Body is UnaryExpression { NodeType: ExpressionType.Convert } boxed ? boxed.Operand : expression.Body;
        if (body is not MemberExpression { Member: PropertyInfo property, Expression: ParameterExpression })
            throw new NotSupportedException($"{expression} does not name a property of {typeof(T)}");
        _mapping.Indexes.Add(new DocumentIndex(property));
        return this;
    }
}
