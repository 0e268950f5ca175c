using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using Npgsql;

namespace Loadstone.EventStore;

/// <summary>SQL of a service's own, completed and read as Marten does.</summary>
internal sealed class UserQuery<T>
{
    private static readonly HashSet<Type> ScalarTypes =
    [
        typeof(string), typeof(bool), typeof(short), typeof(int), typeof(long), typeof(float), typeof(double), typeof(decimal),
        typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan), typeof(byte[]),
    ];

    private readonly StoreOptions _options;
    private readonly string _sql;
    private readonly IReadOnlyList<NpgsqlParameter> _parameters;
    private readonly int _jsonColumn;

    public UserQuery(string sql, object[] parameters, StoreOptions options)
    {
        _options = options;
        var text = sql.TrimStart();
        var isWhole = IsWholeStatement(text);
        if (!isWhole && IsScalar)
            throw new ArgumentException($"A query for {typeof(T)} must be a whole select statement", nameof(sql));
        _jsonColumn = isWhole ? 0 : 1;
        var completed = isWhole ? text : $"select d.id, d.data from {options.Document(typeof(T)).Sql.Table} as d{Condition(text)}";
        if (parameters is [{ } only] && IsAnonymous(only.GetType()))
            (_sql, _parameters) = (completed, [.. only.GetType().GetProperties().Select(member => Named(member, only))]);
        else
            (_sql, _parameters) = (Number(completed, parameters.Length), [.. parameters.Select(Positional)]);
    }

    private static bool IsScalar => ScalarTypes.Contains(Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T));

    public async Task<IReadOnlyList<T>> RunAsync(NpgsqlDataSource dataSource, CancellationToken token)
    {
        await using var command = dataSource.CreateCommand(_sql);
        foreach (var parameter in _parameters)
            command.Parameters.Add(parameter);
        await using var reader = await command.ExecuteReaderAsync(token);
        var rows = new List<T>();
        while (await reader.ReadAsync(token))
            rows.Add(Read(reader));
        return rows;
    }

    private T Read(NpgsqlDataReader reader)
    {
        if (!IsScalar)
            return (T)_options.Serializer.FromJson(reader.GetFieldValue<byte[]>(_jsonColumn), typeof(T));
        return reader.IsDBNull(0) && default(T) is null ? default! : reader.GetFieldValue<T>(0);
    }

    private static bool IsWholeStatement(string text) =>
        text.StartsWith("select", StringComparison.OrdinalIgnoreCase)
        || (text.StartsWith("with", StringComparison.OrdinalIgnoreCase) && text.Contains("select", StringComparison.OrdinalIgnoreCase));

    private static string Condition(string text)
    {
        var isComplete = text.Length == 0
            || text.StartsWith("where", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("order", StringComparison.OrdinalIgnoreCase);
        if (isComplete)
            return $" {text}";
        return text.Contains(" where ", StringComparison.OrdinalIgnoreCase) ? text : $" where {text}";
    }

    private static string Number(string sql, int count)
    {
        var numbered = new StringBuilder(sql.Length + count);
        var found = 0;
        foreach (var character in sql)
        {
            if (character == '?')
                numbered.Append(CultureInfo.InvariantCulture, $"${++found}");
            else
                numbered.Append(character);
        }

        return found == count
            ? numbered.ToString()
            : throw new ArgumentException($"The query has {found} placeholders, but {count} parameters were given", nameof(sql));
    }

    private NpgsqlParameter Positional(object? value) => new() { Value = ValueOf(value) };

    private NpgsqlParameter Named(PropertyInfo member, object holder) => new(member.Name, ValueOf(member.GetValue(holder)));

    private object ValueOf(object? value) => value switch
    {
        null => DBNull.Value,
        DateTimeOffset time => time.UtcDateTime,
        Enum name when _options.Serializer.EnumStorage == EnumStorage.AsString => name.ToString(),
        Enum number => Convert.ToInt32(number, CultureInfo.InvariantCulture),
        _ => value,
    };

    private static bool IsAnonymous(Type type) =>
        type.IsDefined(typeof(CompilerGeneratedAttribute)) && type.Name.Contains("AnonymousType", StringComparison.Ordinal);
}
