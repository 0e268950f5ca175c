using System.Reflection;
using System.Text.Json.Serialization.Metadata;

namespace Loadstone.EventStore;

/// <summary>A computed index on one member of a document, with the name and expression that Marten gives it.</summary>
internal sealed class DocumentIndex(PropertyInfo member)
{
    public string NameIn(DocumentMapping mapping) => $"{mapping.TableName}_idx_{Aliases.SnakeCase(member.Name)}";

    public string Sql(DocumentMapping mapping, StoreOptions options)
    {
        var text = $"data ->> '{JsonName(mapping, options)}'";
        var locator = Locator(text, options);
        return $"create index if not exists {NameIn(mapping)} on {options.Scripts.Schema}.{mapping.TableName} (({locator}));";
    }

    private string Locator(string text, StoreOptions options)
    {
        var type = Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType;
        if (type == typeof(string) || (type.IsEnum && options.Serializer.EnumStorage == EnumStorage.AsString))
            return text;
        if (type == typeof(DateTimeOffset))
            return $"{options.Scripts.Schema}.mt_immutable_timestamptz({text})";
        return $"cast({text} as {SqlType(type)})";
    }

    private static string SqlType(Type type) => Type.GetTypeCode(type) switch
    {
        _ when type == typeof(Guid) => "uuid",
        TypeCode.Boolean => "boolean",
        TypeCode.Int32 => "integer",
        TypeCode.Int64 => "bigint",
        TypeCode.Double => "double precision",
        TypeCode.Decimal => "numeric",
        _ => throw new NotSupportedException($"An index on a member of type {type} is not supported"),
    };

    private string JsonName(DocumentMapping mapping, StoreOptions options)
    {
        var properties = options.Serializer.Options.GetTypeInfo(mapping.DocumentType).Properties;
        return properties.FirstOrDefault(IsMember)?.Name
            ?? throw new InvalidOperationException($"{mapping.DocumentType}.{member.Name} is not part of the stored JSON");
    }

    private bool IsMember(JsonPropertyInfo property) =>
        property.AttributeProvider is PropertyInfo declared && string.Equals(declared.Name, member.Name, StringComparison.Ordinal);
}
