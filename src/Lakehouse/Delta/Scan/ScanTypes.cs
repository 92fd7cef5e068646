using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta.Schema;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Lakehouse.Delta.Scan;

/// <summary>Delta's types in DuckDB: how files have them, and how SQL sees them.</summary>
sealed class ScanTypes(ColumnMapping mapping, string table)
{
    /// <summary>Files have a variant as two byte strings (https://github.com/apache/parquet-format).</summary>
    const string StoredVariant = "STRUCT(\"value\" BLOB, \"metadata\" BLOB)";

    /// <summary>A type as SQL sees it. Throws <see cref="DeltaUnsupportedException"/> for a type that is not
    /// known.</summary>
    public string Sql(DeltaType type) => Text(type, isStored: false);

    /// <summary>A type as files have it, with the files' names inside.</summary>
    public string Stored(DeltaType type) => Text(type, isStored: true);

    /// <summary>The SQL that turns a stored value into what SQL sees; the value itself where that is the
    /// same.</summary>
    public string Convert(DeltaType type, string value, int depth = 0)
    {
        if (!NeedsConversion(type))
            return value;
        // Each level has its own variable: an inner function sees the outer ones too.
        var item = $"item{depth}";
        switch (type)
        {
            case DeltaType.Other:
                return $"{ScanFunctions.VariantJson}({value}.\"metadata\", {value}.\"value\")";
            case DeltaType.Struct nested:
                var members = nested.Fields.Select(field =>
                    $"{SqlText.Identifier(field.Name)} := "
                    + Convert(field.Type, $"{value}.{SqlText.Identifier(mapping.NameOf(field))}", depth));
                return $"CASE WHEN {value} IS NULL THEN NULL ELSE struct_pack({string.Join(", ", members)}) END";
            case DeltaType.Array array:
                return $"list_transform({value}, lambda {item}: {Convert(array.Element, item, depth + 1)})";
            case DeltaType.Map map:
                return $"map_from_entries(list_transform(map_entries({value}), lambda {item}: struct_pack("
                    + $"\"key\" := {Convert(map.Key, $"{item}.\"key\"", depth + 1)}, "
                    + $"\"value\" := {Convert(map.Value, $"{item}.\"value\"", depth + 1)})))";
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    bool NeedsConversion(DeltaType type) => type switch
    {
        DeltaType.Other other => other.Name == "variant",
        DeltaType.Struct nested => nested.Fields.Any(field =>
            mapping.NameOf(field) != field.Name || NeedsConversion(field.Type)),
        DeltaType.Array array => NeedsConversion(array.Element),
        DeltaType.Map map => NeedsConversion(map.Key) || NeedsConversion(map.Value),
        _ => false,
    };

    string Members(DeltaType.Struct type, bool isStored) => string.Join(", ", type.Fields.Select(field =>
        $"{SqlText.Identifier(isStored ? mapping.NameOf(field) : field.Name)} {Text(field.Type, isStored)}"));

    string Text(DeltaType type, bool isStored) => type switch
    {
        DeltaType.Primitive of => DuckDbType.Of(
            new ColumnSchema("", of.Type) { Precision = of.Precision, Scale = of.Scale }).ToString(),
        DeltaType.Struct { Fields.IsEmpty: false } nested => $"STRUCT({Members(nested, isStored)})",
        DeltaType.Array array => $"{Text(array.Element, isStored)}[]",
        DeltaType.Map map => $"MAP({Text(map.Key, isStored)}, {Text(map.Value, isStored)})",
        DeltaType.Other other => other.Name switch
        {
            "byte" => "TINYINT",
            "timestamp_ntz" => "TIMESTAMP",
            "variant" => isStored ? StoredVariant : "VARCHAR",
            // No file has such a column, so it is null in every row.
            "void" or "null" => "INTEGER",
            var name => throw new DeltaUnsupportedException(table, "read", [$"type {name}"]),
        },
        _ => throw new DeltaUnsupportedException(table, "read", ["a struct without members"]),
    };
}
