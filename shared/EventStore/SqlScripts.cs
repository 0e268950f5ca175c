using System.Collections.Concurrent;

namespace Loadstone.EventStore;

/// <summary>The statements of Sql/*.sql with the schema's name filled in, by file name without its ending.</summary>
internal sealed class SqlScripts(string schema)
{
    private readonly ConcurrentDictionary<string, string> _texts = new(StringComparer.Ordinal);

    public string Schema => schema;

    public string this[string name] => _texts.GetOrAdd(name, Read);

    public string ForDocument(string name, string tableName, string idType) => this[name]
        .Replace("{table}", $"{schema}.{tableName}", StringComparison.Ordinal)
        .Replace("{table_name}", tableName, StringComparison.Ordinal)
        .Replace("{id_type}", idType, StringComparison.Ordinal);

    private string Read(string name)
    {
        using var stream = typeof(SqlScripts).Assembly.GetManifestResourceStream($"Loadstone.EventStore.Sql.{name}.sql")
            ?? throw new InvalidOperationException($"There is no script Sql/{name}.sql");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Replace("{schema}", schema, StringComparison.Ordinal);
    }
}
