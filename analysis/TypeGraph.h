// The Python types that a translation unit defines: struct, slots, flags, base, and for each field that can
// hold a reference what shows that the instance owns it and whether the collector is told. Built once per
// unit, so that a check of the collector's protocol is a question to this graph.
//
// Rules: Doc/c-api/gcsupport.rst, Doc/c-api/typeobj.rst, inherit_special() in Objects/typeobject.c.
#pragma once

#include "analysis/Contexts.h"
#include "analysis/References.h"
#include "analysis/Statistics.h"

#include "llvm/ADT/StringMap.h"

namespace ungil {

struct TypeInfo;

/// A function that a type object names.
struct Slot {
  const clang::Expr *At = nullptr;            ///< where it is given
  const clang::FunctionDecl *Named = nullptr; ///< null when the expression names no function
  const Function *Body = nullptr;             ///< null when its definition is not in the unit

  explicit operator bool() const { return At; }
};

enum class Answer { No, Yes, Unknown };

struct BaseType {
  enum Kind { Object, BuiltIn, InUnit, Unknown } What = Unknown;
  const TypeInfo *Type = nullptr; ///< of InUnit
  std::string Name;               ///< of BuiltIn: "PyDict_Type"
  bool Collected = false;         ///< of BuiltIn
};

/// A field that can hold references to objects.
struct Edge {
  enum Verdict { Owned, Leaf, Borrowed };
  const clang::FieldDecl *Field = nullptr;
  Verdict Kind = Borrowed;
  /// What shows that the object owns the reference; empty unless Owned or Leaf.
  clang::SourceRange ShownAt;
  std::string ShownBy;
  /// The type's own tp_dealloc or tp_clear releases it.
  bool ReleasedByType = false;
  /// Some code stores in it after the object has been made.
  bool ChangesLater = false;
  /// An object that Python code chose can get into it, as far as the unit shows.
  bool FromPython = true;
};

struct TypeInfo {
  const clang::VarDecl *Definition = nullptr; ///< the PyTypeObject or PyType_Spec
  bool Heap = false;
  std::string Name; ///< as Python sees it: "module.Type"
  const clang::RecordDecl *Struct = nullptr;
  std::optional<std::uint64_t> Flags;
  BaseType Base;
  llvm::StringMap<const clang::Expr *> Given; ///< by name: "tp_base"
  llvm::StringMap<Slot> Slots;                ///< those of Given that are functions
  std::vector<Edge> Edges;                    ///< those of the base apart

  Slot slot(llvm::StringRef Name) const { return Slots.lookup(Name); }
  /// Flag by its name in analysis/knowledge.
  bool has(llvm::StringRef Flag) const;
};

class TypeGraph {
public:
  TypeGraph(const UnitIndex &, const Contexts &);
  ~TypeGraph();

  const std::vector<std::unique_ptr<TypeInfo>> &types() const { return Types; }
  const References &references() const { return Refs; }
  const Contexts &contexts() const { return Reach; }

  /// Whether instances take part in cycle collection, by the type's own flag or by inheritance.
  Answer isCollected(const TypeInfo &) const;
  static Answer isCollected(const BaseType &, const TypeGraph &);
  /// The type's slot, or the one it inherits from bases in the unit.
  Slot effective(const TypeInfo &, llvm::StringRef Name) const;
  /// Whether the function visits (or, for tp_clear and tp_dealloc, releases) the field; Unknown when it may.
  Answer visits(const Function *Traverse, const clang::FieldDecl *) const;
  Answer releases(const Function *, const clang::FieldDecl *) const;
  /// Whether the type's own slot, or the one that it inherits from a base in the unit, does so; No without a
  /// slot.
  Answer isVisited(const TypeInfo &, const Edge &) const;
  Answer isCleared(const TypeInfo &, const Edge &) const;
  /// The type that an expression names; see BaseType.
  BaseType typeNamedBy(const clang::Expr *) const;
  /// Owned references that could be part of a cycle.
  static std::vector<const Edge *> collectable(const TypeInfo &);
  /// Edges of a struct that is no object's, such as module state; Releasers are the functions that tear it
  /// down.
  std::vector<Edge> edgesOf(const clang::RecordDecl *, llvm::ArrayRef<const Function *> Releasers) const;
  /// The type whose struct it is; null when there is none or several.
  const TypeInfo *typeOfStruct(const clang::RecordDecl *) const;

  void count(Statistics &) const;

private:
  void discover();
  void readAssignments();
  void resolveSlots(TypeInfo &);
  void findBases();

  const UnitIndex &Index;
  const Contexts &Reach;
  References Refs;
  std::vector<std::unique_ptr<TypeInfo>> Types;
  llvm::DenseMap<const clang::VarDecl *, TypeInfo *> ByVariable;
  std::unique_ptr<class Ownership> Owners;
};

} // namespace ungil
