// Which fields of a struct own references, and which of those can only hold objects that refer to nothing
// (strings, numbers): a field owns what some code releases through it or stores in it as a new reference,
// whatever its type is.
#pragma once

#include "analysis/ArgumentFlow.h"
#include "analysis/TypeGraph.h"

namespace ungil {

class Ownership {
public:
  Ownership(const References &, const Contexts &, const TypeGraph &);

  /// The edges of a struct; those of SkippedBase, a struct that it begins with, belong to another type.
  std::vector<Edge> edges(const clang::RecordDecl *, const clang::RecordDecl *SkippedBase, const TypeInfo *,
                          llvm::ArrayRef<const Function *> Releasers);

private:
  void gather(const clang::RecordDecl *, const clang::RecordDecl *SkippedBase, bool Satellite,
              std::vector<Edge> &);
  void gatherMember(const clang::FieldDecl *, clang::QualType, const clang::RecordDecl *SkippedBase,
                    bool Satellite, std::vector<Edge> &);
  void judge(Edge &, bool Satellite, const TypeInfo *, llvm::ArrayRef<const Function *> Releasers);
  bool showRelease(Edge &, llvm::ArrayRef<const Function *> Releasers) const;
  void showStore(Edge &, bool NeedsRelease) const;
  void showOffset(Edge &, const TypeInfo &) const;
  void show(Edge &, const clang::Expr *At, std::string By) const;

  bool holdsOnlyLeaves(const clang::FieldDecl *);
  bool storesOnlyLeaves(const clang::FieldDecl *);
  bool isLeafValue(const clang::Expr *, const Function *In, unsigned Depth = 0);
  bool isLeafVariable(const clang::VarDecl *, const Function *In, unsigned Depth);
  bool isLeafCall(const clang::CallExpr *, const Function *In, unsigned Depth);
  bool isLeafStruct(clang::QualType);
  bool isLeafRecord(const clang::RecordDecl *);
  bool isLeafType(const clang::Expr *TypeObject);
  bool isNewReference(const ReferenceOp &Store) const;
  bool fromPython(const clang::FieldDecl *) const;
  bool changesLater(const clang::FieldDecl *) const;
  bool isFresh(const clang::Expr *Pointer, unsigned Depth = 0) const;
  void indexTests();
  void indexMembers();
  void indexHidden();

  const References &Refs;
  const Contexts &Reach;
  const TypeGraph &Graph;
  const UnitIndex &Index;
  ArgumentFlow Arguments;
  llvm::DenseMap<const clang::FieldDecl *, bool> LeafFields;
  llvm::DenseMap<const TypeInfo *, bool> LeafTypes;
  llvm::DenseMap<const clang::RecordDecl *, bool> LeafRecords;
  llvm::DenseSet<std::pair<const clang::VarDecl *, int>> TestedLeaves; ///< and positions; -1 for the variable
  llvm::DenseMap<const clang::FieldDecl *, const clang::Expr *>
      WritableMembers; ///< object members of PyMemberDef tables
  llvm::DenseSet<const clang::RecordDecl *> Gathering;
  llvm::DenseSet<const clang::FieldDecl *> SatelliteFields;
};

} // namespace ungil
