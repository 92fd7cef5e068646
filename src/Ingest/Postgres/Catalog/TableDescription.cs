using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Types;

namespace Tapline.Ingest.Postgres.Catalog;

/// <summary>A relation's columns as the lake declares them, and what their types' names do not tell, in the order of
/// the relation.</summary>
sealed record TableDescription(ImmutableArray<ColumnSchema> Columns, ImmutableArray<TypeTraits> Traits);
