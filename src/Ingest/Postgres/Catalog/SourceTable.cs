using System.Collections.Immutable;
using Tapline.Contracts.Schema;

namespace Tapline.Ingest.Postgres.Catalog;

/// <summary>A table that can be captured, as the catalog describes it.</summary>
/// <param name="RelationId">Its object id.</param>
/// <param name="Id">Its name.</param>
/// <param name="IsPartitioned">Whether its rows lie in partitions.</param>
/// <param name="Identity">What deletes and updates carry of the old row.</param>
/// <param name="HasPrimaryKey">Whether it has a primary key.</param>
/// <param name="HasLargeValues">Whether it has columns whose values can lie out of line (TOAST).</param>
/// <param name="RowFilter">The publication's condition on its rows; null for none.</param>
/// <param name="Columns">The columns that the change stream has; generated ones are among them only where the
/// publication says so, from PostgreSQL 18 on.</param>
sealed record SourceTable(
    uint RelationId,
    TableId Id,
    bool IsPartitioned,
    ReplicaIdentity Identity,
    bool HasPrimaryKey,
    bool HasLargeValues,
    string? RowFilter,
    ImmutableArray<RelationColumn> Columns)
{
    /// <summary>The name, quoted for SQL.</summary>
    public string QuotedName => $"{SourceSession.Quote(Id.Schema)}.{SourceSession.Quote(Id.Name)}";
}

/// <summary>PostgreSQL's <c>relreplident</c>.</summary>
enum ReplicaIdentity : byte
{
    /// <summary>The primary key, if there is one.</summary>
    Default = (byte)'d',
    /// <summary>Nothing.</summary>
    Nothing = (byte)'n',
    /// <summary>The whole row.</summary>
    Full = (byte)'f',
    /// <summary>The columns of one index.</summary>
    Index = (byte)'i',
}

/// <summary>A column by what both the catalog and the change stream say of it.</summary>
readonly record struct RelationColumn(string Name, uint TypeId, int TypeModifier);
