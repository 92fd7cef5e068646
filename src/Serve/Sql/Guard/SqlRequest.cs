using System.Collections.Immutable;
using Tapline.Serving.Lake;

namespace Tapline.Serving.Sql.Guard;

/// <summary>A statement from outside.</summary>
/// <param name="Sql">Its text.</param>
/// <param name="Scope">Which rows its caller sees.</param>
public sealed record SqlRequest(string Sql, QueryScope Scope)
{
    /// <summary>What stands for <c>$1</c>, <c>$2</c> …; see <c>DuckDbConnection.Query</c>.</summary>
    public ImmutableArray<object?> Parameters { get; init; } = [];

    /// <summary>How values are wanted.</summary>
    public SqlShape Shape { get; init; }

    /// <summary>Whether it may name what PostgreSQL's clients look for in <c>pg_catalog</c>.</summary>
    public bool IsPostgres { get; init; }

    /// <summary>Whether its columns alone are wanted, and no rows.</summary>
    public bool Describes { get; init; }

    /// <summary>The cut that is meant; null for the newest.</summary>
    public CutChoice? AsOf { get; init; }

    /// <summary>Rows after which the answer stops, when fewer than the service's own limit.</summary>
    public long? RowsMax { get; init; }

    /// <summary>How long it may take, when less than the service's own limit.</summary>
    public TimeSpan? TimeMax { get; init; }

    /// <summary>By what <see cref="GuardedSql.Cancel"/> finds it; null for none.</summary>
    public string? Id { get; init; }
}

/// <summary>How a statement's values are wanted.</summary>
public enum SqlShape
{
    /// <summary>As DuckDB has them.</summary>
    Native,
    /// <summary>As text in DuckDB's notation, nested ones as JSON.</summary>
    Text,
    /// <summary>As a lake's columns can hold them; what they cannot, as text.</summary>
    Lake,
    /// <summary>Of the kinds that PostgreSQL's protocol is written from.</summary>
    Postgres,
}
