using System.Reflection;

namespace Loadstone.EventStore;

/// <summary>A type of document: its table, its id, and the statements that touch it.</summary>
internal sealed class DocumentMapping
{
    private readonly PropertyInfo _id;
    private readonly Lazy<DocumentSql> _sql;

    public DocumentMapping(Type documentType, StoreOptions options)
    {
        DocumentType = documentType;
        TableName = $"mt_doc_{Aliases.ForDocument(documentType)}";
        _id = FindId(documentType);
        _sql = new Lazy<DocumentSql>(() => new DocumentSql(this, options));
    }

    public Type DocumentType { get; }

    public Type IdType => _id.PropertyType;

    public string TableName { get; }

    /// <summary>Whether a projection writes it, so that its mt_version is the version of a stream.</summary>
    public bool IsSnapshot { get; set; }

    public List<DocumentIndex> Indexes { get; } = [];

    public DocumentSql Sql => _sql.Value;

    public object IdOf(object document) => _id.GetValue(document)
        ?? throw new InvalidOperationException($"A {DocumentType} without an Id cannot be stored");

    /// <summary>The document's id; an empty Guid is replaced by a new one first.</summary>
    public object AssignId(object document)
    {
        var id = IdOf(document);
        if (id is not Guid guid || guid != Guid.Empty)
            return id;
        var assigned = Guid.CreateVersion7();
        _id.SetValue(document, assigned);
        return assigned;
    }

    private static PropertyInfo FindId(Type type)
    {
        var id = type.GetProperty("Id")
            ?? throw new InvalidOperationException($"{type} has no public property Id and cannot be a document");
        if (id.PropertyType != typeof(Guid) && id.PropertyType != typeof(string))
            throw new NotSupportedException($"{type}.Id is {id.PropertyType}; the ids of documents are Guid or string");
        return id;
    }
}

/// <summary>The statements of one document table.</summary>
internal sealed class DocumentSql(DocumentMapping mapping, StoreOptions options)
{
    public string Table { get; } = $"{options.Scripts.Schema}.{mapping.TableName}";

    public string Store { get; } = Read("store_document", mapping, options);

    public string Insert { get; } = Read("insert_document", mapping, options);

    public string Delete { get; } = Read("delete_document", mapping, options);

    public string Load { get; } = Read("load_documents", mapping, options);

    public string LoadSnapshots { get; } = Read("load_snapshots", mapping, options);

    public string StreamWithSnapshot { get; } = Read("stream_with_snapshot", mapping, options);

    public string DeleteOrphans { get; } = Read("delete_orphans", mapping, options);

    public string Create { get; } = string.Join('\n', mapping.Indexes
        .Select(index => index.Sql(mapping, options))
        .Prepend(Read(mapping.IsSnapshot ? "create_snapshot" : "create_document", mapping, options)));

    private static string Read(string script, DocumentMapping mapping, StoreOptions options) =>
        options.Scripts.ForDocument(script, mapping.TableName, mapping.IdType == typeof(Guid) ? "uuid" : "varchar");
}
